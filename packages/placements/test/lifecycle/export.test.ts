import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogins, withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/lifecycle/client.ts';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { importTenant } from '../../src/lifecycle/import/import-tenant.ts';
import { exported, fresh, imported, left } from '../support/exports.ts';
import { acme, ada, ask, bob, emptyDatabase, globex, tenancy } from '../support/world.ts';

const people = `
  insert into organizations values ('${acme}', 'acme'), ('${globex}', 'globex');
  insert into users values ('${ada}', 'ada@acme.example'), ('${bob}', null);
  insert into memberships values ('${acme}', '${ada}'), ('${globex}', '${bob}');
`;

const kinds = `
  create type mood as enum ('sad', 'ok "quoted"', 'happy');
  create domain short as text check (length(value) < 9);
  create type pair as (a int, b text);
  create table kinds (organization_id uuid not null, n serial, num numeric, money_ numeric(12,2), f8 float8, f4 float4, big bigint,
    bin bytea, ts timestamptz, tz timestamp, d date, iv interval, arr int[], texts text[], deep int[][], j json, jb jsonb, m mood, s short,
    p pair, e text, c char(5), chr "char", ip inet, net cidr, r int4range, tr tstzrange, b bit(5), vb varbit, x xml, t time, ttz timetz, pt point,
    u text collate "C", flag boolean, nm name, tsv tsvector, lsn pg_lsn, mony money, primary key (organization_id, n));
  insert into kinds select '${acme}', g, '12345678901234567890123456789.000000000000000000012300', 10.50, 0.1::float8 + 0.2, 'NaN', 9223372036854775807,
    '\\x00ff0a22', '2026-01-02 03:04:05.123456+09', 'infinity', '-infinity', '1 mon -3 days 04:05:06.7', '{1,null,3}',
    array['a,b', '', null, E'q"\\\\x', 'NULL', E'line\\u2028\\nbreak'], '{{1,2},{3,4}}', '{"a": 1.10,  "a": 2}', '{"big": 12345678901234567890.123456789012345678901234567890}', 'ok "quoted"', 'short',
    (1, 'x,")')::pair, '', 'ab', 'z', '10.0.0.1', '10.0.0.0/8', '[1,5)', '[2026-01-01,)', '10101', '101', '<a>ü</a>', '24:00:00', '12:00:00+02:30', '(1.5,-2)',
    E'\\u2028 \\r\\n \\t \\u00e9 \\U0001F600', null, 'n', 'a:1 b', '16/B374D848', '12.34' from generate_series(1, 3) g;
  insert into kinds (organization_id, n) values ('${acme}', 40), ('${globex}', 90);
`;

/** A hash of everything in a table, under other settings than those of an export. */
const hashOf = async (url: string, table: string, tenant = acme) =>
  withClient(url, async (client) => {
    await client.query(
      `set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set extra_float_digits = 1`,
    );
    const { rows } = await client.query(
      `select md5(string_agg(kind::text, ' ' order by kind::text)) as sum from ${table} kind where organization_id = $1`,
      [tenant],
    );
    return rows[0].sum as string | null;
  });

const pair = async (sql = '') => {
  const [source, target] = await Promise.all([emptyDatabase(), emptyDatabase()]);
  await ask(source.url, sql + people);
  if (sql !== '') {
    await ask(target.url, sql.replace(/insert into (?!s)[\s\S]*?;/g, ''));
  }
  return { source: source.url, target: target.url };
};

describe('an export that is imported', () => {
  it('is the same to the last bit, whatever the types', async () => {
    const { source, target } = await pair(kinds);
    await ask(
      source,
      `alter database "${new URL(source).pathname.slice(1)}" set datestyle = 'SQL, DMY'`,
    );
    await ask(
      source,
      `alter database "${new URL(source).pathname.slice(1)}" set timezone = 'America/St_Johns'`,
    );
    const { to } = await exported(source);
    const { rows } = await imported(target, to);
    expect(rows).toMatchObject({ 'public.kinds': 4, 'public.users': 1, 'public.organizations': 1 });
    expect(await hashOf(target, 'kinds')).toBe(await hashOf(source, 'kinds'));
    expect(await hashOf(target, 'kinds', globex)).toBeNull();
    // a row that is written next gets the number after the imported ones, and none of Globex
    const [next] = await ask(
      target,
      `insert into kinds (organization_id) values ('${globex}') returning n`,
    );
    expect(next).toEqual({ n: 41 });
  });

  it('has rows of this tenant and its people alone', async () => {
    const { source } = await pair();
    const { to, manifest } = await exported(source);
    const all = manifest.tables.map(({ file }) => readFileSync(join(to, file), 'utf8')).join('');
    expect(all).toContain('ada@acme.example');
    expect(all).not.toContain(globex);
    expect(all).not.toContain(bob);
    expect(statSync(to).mode & 0o077).toBe(0);
  });

  it('keeps people who are members of another tenant there', async () => {
    const { source, target } = await pair();
    await ask(target, `insert into users values ('${ada}', 'newer@acme.example')`);
    const { to } = await exported(source);
    await imported(target, to);
    expect(await ask(target, 'select email from users')).toEqual([{ email: 'newer@acme.example' }]);
  });

  it('never holds more than some megabytes, whatever the size of the rows', async () => {
    const { source, target } = await pair(
      'create table large (organization_id uuid not null, id int primary key, body text);',
    );
    await ask(
      source,
      `insert into large select '${acme}', g, repeat('x', case when g < 24 then 300000 else 10 end) from generate_series(1, 12000) g`,
    );
    let greatest = 0;
    const measured = (client: { query: unknown }) => {
      const query = async (...args: unknown[]) => {
        const answer = await (
          client.query as (...all: unknown[]) => Promise<{ rows: unknown[] }>
        ).apply(client, args);
        greatest = Math.max(greatest, JSON.stringify([args, answer.rows]).length);
        return answer;
      };
      return { query } as unknown as Session;
    };
    const to = fresh();
    await withClient(source, (client) =>
      exportTenant(measured(client), { tenancy, tenant: acme, to }),
    );
    expect(greatest).toBeLessThan(16 * 300_000 + 100_000);
    greatest = 0;
    await withClient(target, (client) => importTenant(measured(client), { tenancy, from: to }));
    expect(greatest).toBeLessThan(2_000_000);
    expect(
      await ask(target, 'select count(*)::int as n, sum(length(body))::int as bytes from large'),
    ).toEqual([{ n: 12000, bytes: 23 * 300_000 + 11_977 * 10 }]);
  });

  it('reads one snapshot', async () => {
    const { source } = await pair();
    await ask(source, `insert into items (organization_id, title) values ('${acme}', 'x')`);
    let changed = false;
    const to = fresh();
    const manifest = await withClient(source, (client) => {
      const query = async (...args: unknown[]) => {
        const answer = await (client.query as (...all: unknown[]) => unknown)(...args);
        if (!changed && String(args[0]).startsWith('declare')) {
          changed = true;
          await ask(source, 'delete from items; delete from memberships');
        }
        return answer;
      };
      client.query = client.query.bind(client);
      const session = { query: query as unknown as Session['query'] };
      return exportTenant(session, { tenancy, tenant: acme, to });
    });
    expect(changed).toBe(true);
    expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['organizations', 1],
      ['users', 1],
      ['items', 1],
      ['memberships', 1],
    ]);
  });
});

describe('export', () => {
  it('leaves nothing when it fails, and refuses a folder that is there', async () => {
    const { source } = await pair();
    const before = left();
    const failing = withClient(source, (client) =>
      exportTenant(client, { tenancy, tenant: ada, to: fresh() }),
    );
    await expect(failing).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    expect(left()).toEqual(before);
    const { to } = await exported(source);
    await expect(exported(source, to)).rejects.toMatchObject({ code: 'EXPORT_EXISTS' });
  });

  it('refuses a login from which policies hide rows', async () => {
    const { source } = await pair();
    const { app, system } = await createLogins(source, tenancy);
    const as = (url: string, role: string) =>
      withClient(url, async (client) => {
        await client.query(`set role ${role}`);
        return exportTenant(client, { tenancy, tenant: acme, to: fresh() });
      });
    await ask(source, 'grant execute on function tenantry.declared_tables() to placements_app');
    await expect(as(app, 'placements_app')).rejects.toMatchObject({ code: 'TENANT_ROWS_HIDDEN' });
    expect((await as(system, 'placements_system')).tables).toHaveLength(4);
  });
});

describe('import', () => {
  it('refuses files that were changed, cut off or lost, before it writes', async () => {
    const { source, target } = await pair();
    const spoiled = async (spoil: (file: string, to: string) => void) => {
      const { to, manifest } = await exported(source);
      spoil(join(to, manifest.tables.find(({ name }) => name === 'users')?.file ?? ''), to);
      return imported(target, to);
    };
    const change = (from: string, with_: string) => (file: string) =>
      writeFileSync(file, readFileSync(file, 'utf8').replace(from, with_));
    for (const spoil of [
      change('ada@', 'eve@'),
      change('\n', ''),
      change(']', ',"x"]'),
      change('"ada', '{"ada'),
      (file: string) => appendFileSync(file, '["x",null]\n'),
      (file: string) => writeFileSync(file, ''),
      (_: string, to: string) => writeFileSync(join(to, 'manifest.json'), '{"format": 1}'),
      (_: string, to: string) => writeFileSync(join(to, 'manifest.json'), '{"format": 2}'),
      (_: string, to: string) => writeFileSync(join(to, 'manifest.json'), ''),
      (_: string, to: string) => {
        const file = join(to, 'manifest.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"001-', '"../001-'));
      },
    ]) {
      await expect(spoiled(spoil)).rejects.toMatchObject({ code: 'EXPORT_INVALID' });
    }
    expect(await ask(target, 'select from organizations')).toEqual([]);
  });

  it('refuses a tenant that has rows, other columns, and rows that refer to nothing', async () => {
    const { source, target } = await pair();
    await ask(
      source,
      `create table plans (id text primary key); insert into plans values ('pro');
      create table chosen (organization_id uuid primary key, plan text references plans); insert into chosen values ('${acme}', 'pro')`,
    );
    const { to } = await exported(source);
    await expect(imported(target, to)).rejects.toMatchObject({
      code: 'EXPORT_DIFFERS',
      message: expect.stringContaining('public.chosen'),
    });
    await ask(target, 'create table chosen (organization_id uuid primary key, plan varchar(3))');
    await expect(imported(target, to)).rejects.toMatchObject({ code: 'EXPORT_DIFFERS' });
    await ask(
      target,
      `drop table chosen; create table plans (id text primary key);
      create table chosen (organization_id uuid primary key, plan text references plans)`,
    );
    await expect(imported(target, to)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('chosen_plan_fkey'),
    });
    expect(await ask(target, 'select from users')).toEqual([]);
    await ask(target, `insert into plans values ('pro')`);
    await imported(target, to);
    await expect(imported(target, to)).rejects.toMatchObject({ code: 'TENANT_HAS_ROWS' });
    await expect(imported(source, to)).rejects.toMatchObject({ code: 'TENANT_HAS_ROWS' });
  });

  it('says which constraint a row is against, and none of its values', async () => {
    const { source, target } = await pair();
    await ask(target, `insert into organizations values ('${globex}', 'acme')`);
    const { to } = await exported(source);
    const refused = imported(target, to);
    await expect(refused).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('organizations_slug'),
    });
    await expect(refused).rejects.not.toThrow(/acme/);
  });
});

describe('import under another id', () => {
  const initech = '00000000-0000-4000-8000-00000000000c';
  const tree = `
    create table notes (organization_id uuid not null, id uuid primary key default gen_random_uuid(), parent uuid references notes, home uuid references organizations);
    create table lines (note uuid not null references notes, number int not null, body text, primary key (note, number));
  `;

  it('makes a second tenant beside the first one', async () => {
    const { source } = await pair(tree);
    await ask(
      source,
      `with n as (insert into notes (organization_id, home) values ('${acme}', '${acme}') returning id),
      m as (insert into notes (organization_id, parent) select '${acme}', id from n) insert into lines select id, 1, 'a' from n`,
    );
    const { to } = await exported(source);
    const made = await imported(source, to, { as: initech, set: { slug: 'initech' } });
    expect(made.tenant).toBe(initech);
    const shape = (tenant: string) =>
      ask(
        source,
        `select n.home, p.id is not null as child, l.body from notes n left join notes p on p.id = n.parent and p.organization_id = n.organization_id
        left join lines l on l.note = n.id where n.organization_id = $1 order by 2`,
        [tenant],
      );
    expect(await shape(initech)).toEqual([
      { home: initech, child: false, body: 'a' },
      { home: null, child: true, body: null },
    ]);
    expect(await shape(acme)).toHaveLength(2);
    expect(
      await ask(source, 'select user_id from memberships where organization_id = $1', [initech]),
    ).toEqual([{ user_id: ada }]);
  });

  it('refuses a number that is a key by itself', async () => {
    const { source } = await pair(
      'create table counted (id serial primary key, organization_id uuid not null);',
    );
    await ask(source, `insert into counted (organization_id) values ('${acme}')`);
    const { to } = await exported(source);
    const options = { as: initech, set: { slug: 'initech' } };
    await expect(imported(source, to, options)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('public.counted'),
    });
    await imported(source, to, { ...options, without: ['public.counted'] });
  });
});
