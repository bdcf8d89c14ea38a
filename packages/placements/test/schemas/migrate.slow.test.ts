import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { describe, expect, it } from 'vitest';
import { migrationsFolder } from '../migrate/support.ts';
import { acme, ask, feature, globex, initech, put, read, tenancy, two } from './world.ts';

/** Acme and Globex in schemas of their own, with a folder of migrations that all have. */
async function migrated(form: 'journal' | 'folders' = 'journal') {
  const made = await two();
  const { folder, add } = migrationsFolder(form);
  const config = {
    tenancy,
    features: [feature],
    database: { url: made.url, systemUrl: made.url, migrationUrl: made.url },
  };
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(config, [
      'migrate',
      ...args,
      '--migrations',
      folder,
      '--json',
    ]);
    const databases = (stdout === '' ? [] : JSON.parse(stdout).databases) as {
      database: string;
      schema?: string;
      state: string;
      migrations: string[];
      pending: string[];
      remembered: boolean;
      retries: number;
      error?: { code: string; found: string };
    }[];
    return { code, stderr, databases, states: databases.map(({ state }) => state) };
  };
  add('select 1');
  expect(await run()).toMatchObject({ code: 0, states: ['migrated', 'migrated', 'migrated'] });
  const columns = (schema: string) =>
    ask(
      made.url,
      `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by 1`,
      [`${schema}.items`],
    );
  /** Whether `places add` would still change something. */
  const left = async () => {
    const { code, stdout, stderr } = await made.add('acme_own', 't_acme');
    return `${code} ${stdout}${stderr}`;
  };
  return { ...made, folder, next: add, run, columns, left };
}

describe.each(['journal', 'folders'] as const)('a folder of the form %s', (form) => {
  it('reaches each schema: columns, types, names, rows, and what generate writes', async () => {
    const { url, open, next, run, columns, left } = await migrated(form);
    const pool = open();
    for (const tenant of [acme, globex, initech]) await tenancy.run(tenant, () => put(pool, '7'));
    next(
      'ALTER TABLE "items" ADD COLUMN "color" text DEFAULT \'red\' NOT NULL',
      'ALTER TABLE "public"."items" ADD COLUMN "count" integer',
      `set local role schemas_system; update "public"."items" set "count" = title::int; reset role`,
      'ALTER TABLE "items" DROP COLUMN "lower"; ALTER TABLE "items" ALTER COLUMN "color" SET DATA TYPE varchar(20)',
      'ALTER TABLE "items" RENAME COLUMN "color" TO "colour"',
      'CREATE INDEX "items_colour" ON "items" USING btree ("organization_id","colour")',
      'CREATE POLICY no_green ON "public"."items" AS RESTRICTIVE FOR ALL TO schemas_app USING (colour <> \'green\')',
      'ALTER TABLE "organizations" ADD COLUMN "more" text',
    );
    next('CREATE INDEX IF NOT EXISTS "items_count" ON "items" ("organization_id","count")');
    expect(await run()).toMatchObject({ code: 0, states: ['migrated', 'migrated', 'migrated'] });
    for (const schema of ['t_acme', 't_globex'])
      expect(await columns(schema)).toEqual(await columns('public'));
    for (const tenant of [acme, globex, initech])
      await tenancy.run(tenant, async () => {
        const { rows } = await pool.query('select title, colour, count from items');
        expect(rows).toEqual([{ title: '7', colour: 'red', count: 7 }]);
        await expect(
          pool.query(`insert into items (title, colour) values ('x', 'green')`),
        ).rejects.toMatchObject({ code: '42501' });
      });
    expect(await left()).toContain('0 statements');
    const again = await run();
    expect(again.databases.map(({ remembered }) => remembered)).toEqual([false, true, true]);
    expect((await run('--verify')).states).toEqual(['current', 'current', 'current']);
    const ledger = await ask(
      url,
      'select place, count(*)::int as n from tenantry.schema_migrations group by 1 order by 1',
    );
    expect(ledger).toEqual([
      { place: 'acme_own', n: 3 },
      { place: 'globex_own', n: 3 },
    ]);
  });
});

it('a schema whose rows refuse a migration keeps all as it was, and the next run goes on', async () => {
  const { url, open, next, run, columns } = await migrated();
  const pool = open();
  await tenancy.run(acme, () => put(pool, 'no number'));
  next('ALTER TABLE "items" ADD COLUMN "a" text');
  const name = next(
    'ALTER TABLE "items" ADD COLUMN "b" text',
    '\n\nALTER TABLE "items" ADD COLUMN "n" integer; ALTER TABLE "items" ADD CONSTRAINT "c" CHECK (title <> \'no number\')',
  );
  const first = await run('--parallel', '1');
  expect(first).toMatchObject({ code: 1, states: ['migrated', 'failed', 'not begun'] });
  expect(first.databases[1]).toMatchObject({ database: 'acme_own', schema: 't_acme' });
  expect(first.databases[1]?.error?.found).toContain(`${name}, line 5`);
  const names = (await columns('t_acme')).map((each) => each.name);
  expect(names).not.toContain('a');
  const status = await runStatus();
  expect(status.map(({ database, pending }) => [database, pending.length])).toEqual([
    ['shared database', 0],
    ['acme_own', 2],
    ['globex_own', 2],
  ]);
  expect((await run('--dry-run')).states).toEqual(['current', 'pending', 'pending']);
  // places add does not pass over rows that a migration would have changed
  await tenancy.run(acme, () => pool.query(`update items set title = '1'`));
  expect(await run()).toMatchObject({ code: 0, states: ['current', 'migrated', 'migrated'] });
  expect(await columns('t_acme')).toEqual(await columns('public'));
  async function runStatus() {
    return (await run2('status')).databases;
  }
  async function run2(word: string) {
    return run(word);
  }
  expect(await ask(url, 'select from tenantry.schema_migrations')).toHaveLength(6);
});

it('places add refuses a schema that migrations have not reached, and follows a new one', async () => {
  const { url, next, run, add, left } = await migrated();
  next('ALTER TABLE "items" ADD COLUMN "a" text');
  await ask(url, 'alter table t_acme.items add column a integer'); // what the migration cannot add
  expect(await run()).toMatchObject({ code: 1 });
  expect(await left()).toContain('has not had a migration of the shared tables');
  await ask(url, 'alter table t_acme.items drop column a');
  expect(await add('third', 't_third')).toMatchObject({ code: 0 });
  const after = await run();
  expect(after.databases.map(({ database, state }) => [database, state])).toEqual([
    ['shared database', 'current'],
    ['acme_own', 'migrated'],
    ['globex_own', expect.stringMatching(/migrated|current/)],
    ['third', 'current'],
  ]);
  expect(await left()).toContain('0 statements');
});

it('what nobody can say of a statement is refused before anything has run', async () => {
  const { url, next, run, columns } = await migrated();
  const before = await columns('public');
  next(
    'ALTER TABLE "items" ADD COLUMN "a" text',
    'UPDATE organizations o SET slug = slug || (SELECT count(*) FROM items i WHERE i.organization_id = o.id)',
  );
  const refused = await run();
  expect(refused).toMatchObject({ code: 1, states: ['failed', 'not begun', 'not begun'] });
  expect(refused.databases[0]?.error).toMatchObject({
    code: 'MIGRATION_FAILED',
    found: expect.stringContaining('names items, which tenants have in schemas of their own'),
  });
  expect(await columns('public')).toEqual(before);
  expect(await run('--canary', 'acme_own')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('acme_own is a schema'),
  });
  expect(await ask(url, 'select from tenantry.schema_migrations')).toHaveLength(2);
});

it('begins again for a lock, and two runs at once bring each migration once', async () => {
  const { url, next, run, columns } = await migrated();
  next('ALTER TABLE "items" ADD COLUMN "a" text');
  await withClient(url, async (client) => {
    await client.query('begin; lock table t_acme.items in access share mode');
    const waiting = () =>
      ask(
        url,
        `select pid, query_start::text from pg_catalog.pg_stat_activity
         where datname = current_database() and wait_event = 'relation'`,
      );
    const runs = [run(), run()];
    await expect.poll(waiting).toHaveLength(1);
    const [first] = await waiting();
    await expect.poll(waiting).not.toContainEqual(first); // its lock_timeout has come
    await expect
      .poll(() => ask(url, `select 1 from tenantry.schema_migrations where place = 'globex_own'`))
      .toHaveLength(2);
    expect((await columns('t_acme')).map(({ name }) => name)).not.toContain('a');
    await client.query('commit');
    const done = await Promise.all(runs);
    expect(done.map(({ code }) => code)).toEqual([0, 0]);
    const retries = done.flatMap(({ databases }) => databases.map((each) => each.retries));
    expect(Math.max(...retries)).toBeGreaterThan(0);
  });
  expect(await columns('t_acme')).toEqual(await columns('public'));
  expect(await ask(url, 'select from tenantry.schema_migrations')).toHaveLength(4);
});

it('a new table of schemaTables is there for the statements behind it', async () => {
  const { url, open, next, run, left } = await migrated();
  next(
    'CREATE TABLE "tags" (LIKE items INCLUDING DEFAULTS); ALTER TABLE "tags" ENABLE ROW LEVEL SECURITY',
    'create type tenantry_barred.tags as ()',
    'INSERT INTO tags SELECT * FROM items',
  );
  const pool = open();
  await tenancy.run(acme, () => put(pool, 'mine'));
  await ask(url, 'alter table items alter size drop identity, alter lower drop expression');
  for (const schema of ['t_acme', 't_globex'])
    await ask(
      url,
      `alter table ${schema}.items alter size drop identity, alter lower drop expression`,
    );
  const { code, databases } = await run();
  expect([code, databases.flatMap(({ error }) => error?.found ?? [])]).toEqual([0, []]);
  expect(await ask(url, 'select title from t_acme.tags')).toEqual([{ title: 'mine' }]);
  expect(await ask(url, 'select title from public.tags')).toEqual([]);
  expect(await left()).toContain('0 statements');
  expect(await tenancy.run(acme, () => read(pool))).toEqual(['mine']);
});
