import { describe, expect, test } from 'vitest';
import { defineTenancy, type TenantPool } from '../../src/index.ts';
import { acme, ada, bob, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const contextSecret = 'the context secret of these tests, long enough';
const signedTenancy = defineTenancy({ tenant: 'organization', id: 'uuid', context: 'signed' });
const plainDatabase = await coreDatabase(tenancy);
const signedDatabase = await coreDatabase(signedTenancy);
await signedDatabase.ask('select tenantry.set_context_secret($1)', [contextSecret]);
// another user of acme
const cleo = '00000000-0000-4000-8000-00000000c1e0';
for (const { ask } of [plainDatabase, signedDatabase]) {
  await ask('insert into memberships values ($1, $2) on conflict do nothing', [acme, cleo]);
}

const worlds = {
  plain: { tenancy, pool: plainDatabase.pool(), database: plainDatabase },
  signed: {
    tenancy: signedTenancy,
    pool: signedDatabase.pool({ contextSecret }),
    database: signedDatabase,
  },
};
type World = (typeof worlds)['plain' | 'signed'];
const kinds = Object.entries(worlds) as [keyof typeof worlds, World][];

/** Runs statements in one transaction of acme, as ada; gives the rows of the last. */
const asAda = ({ tenancy, pool }: World, ...statements: string[]) =>
  tenancy.run({ organizationId: acme, user: ada }, async () => {
    const client = await (pool as TenantPool).connect();
    await client.query('begin');
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

const asked = [
  ['another tenant by its slug', `select tenantry.enter('slug', 'globex', null)`],
  ['another tenant and a member of it', `select tenantry.enter('slug', 'globex', '${bob}')`],
  ['another tenant by its id', `select tenantry.enter('id', '${globex}', null)`],
  ['a tenant that does not exist', `select tenantry.enter('slug', 'nobody', null)`],
  ['its own tenant', `select tenantry.enter('slug', 'acme', null)`],
  ['a member of another tenant', `select tenantry.enter_member('${globex}', '${bob}', null)`],
  ['somebody else of its own', `select tenantry.enter_member('${acme}', '${cleo}', null)`],
] as const;

describe.each(kinds)('in the %s context, the SQL of a tenant', (context, world) => {
  test.each(asked)('is not answered about %s', async (_, question) => {
    const error = await failure(asAda(world, question));
    expect(['28000', '42883', 'TN404', 'P0002']).toContain((error as { code?: string }).code);
    for (const name of [globex, bob, cleo]) expect(error.message).not.toContain(name);
  });

  test('is told the same of what exists and of what does not', async () => {
    const codes = [];
    for (const name of ['globex', 'nobody', 'acme']) {
      const error = await failure(asAda(world, `select tenantry.enter('slug', '${name}', null)`));
      codes.push([(error as { code?: string }).code, error.message]);
    }
    expect(new Set(codes.map(String)).size).toBe(1);
  });

  test('is not answered in the round trip of the entry either', async () => {
    const entry = { claim: { by: 'slug', value: 'acme' }, user: ada } as const;
    for (const verify of ['now', 'with-first-statement'] as const) {
      for (const [, question] of asked.slice(0, 3)) {
        const error = await failure(
          world.pool.enter({ ...entry, verify }, () => world.pool.query(question)),
        );
        expect(['28000', 'TN404']).toContain((error as { code?: string }).code);
      }
    }
  });

  test('enters as before, by id and by slug, alone and with a statement', async () => {
    for (const claim of [
      { by: 'id', value: acme },
      { by: 'slug', value: 'acme' },
    ]) {
      for (const verify of ['now', 'with-first-statement'] as const) {
        for (const user of [ada, ada.toUpperCase()]) {
          const entering = world.pool.enter({ claim, user, verify }, async () => {
            const { rows } = await world.pool.query('select count(*)::int as n from projects');
            return [rows[0].n, world.tenancy.current().organizationId];
          });
          expect(await entering).toEqual([2, acme]);
        }
        const stranger = world.pool.enter({ claim, user: bob, verify }, () =>
          world.pool.query('select 1'),
        );
        expect(await failure(stranger)).toMatchObject({ code: 'TENANT_NOT_FOUND' });
      }
    }
    expect(context).toBeDefined();
  });
});

describe('where the tenant of the transaction was emptied', () => {
  const emptied = `select set_config('app.organization_id', '', true), set_config('app.actor', '', true)`;

  test('a signed context still answers nothing without the secret', async () => {
    for (const secret of ['', `, null`, `, ''`, `, 'guessed'`]) {
      const question = `select tenantry.enter('slug', 'globex', null, null${secret})`;
      const error = await failure(asAda(worlds.signed, emptied, question));
      expect(error).toMatchObject({ code: '28000' });
    }
  });

  test('it refuses a wrong secret alike for what exists and for what does not', async () => {
    const messages = [];
    for (const name of ['globex', 'nobody']) {
      const question = `select tenantry.enter('slug', '${name}', null, null, 'guessed')`;
      messages.push((await failure(asAda(worlds.signed, emptied, question))).message);
    }
    expect(messages[0]).toBe(messages[1]);
  });

  test('there is no other way in: the functions without a secret are gone', async () => {
    const rows = await signedDatabase.ask(
      `select proname, pronargs::int as n from pg_proc where pronamespace = 'tenantry'::regnamespace and proname like 'enter%'`,
    );
    expect(rows).toEqual([{ proname: 'enter', n: 5 }]);
  });

  // the control, which docs/guides/signed-context.md names
  test('a plain context answers', async () => {
    const rows = await asAda(
      worlds.plain,
      emptied,
      `select tenantry.enter('slug', 'globex', null) as e`,
    );
    expect(rows[0]?.e).toContain(globex);
  });
});

describe('who acts', () => {
  const claims = [
    `{"user":"${cleo}"}`,
    `{"system":"stripe","reason":"a payment"}`,
    `{"user":"${ada}","onBehalfOf":"${cleo}"}`,
    `{"user":"${ada}" }`,
    '',
  ];
  const claim = (actor: string) => `select set_config('app.actor', '${actor}', true)`;
  const who = 'select tenantry.current_actor() as who';

  test.each(claims)('cannot be claimed under a signed context: %s', async (actor) => {
    for (const ask of [who, 'select count(*) from projects']) {
      const error = await failure(asAda(worlds.signed, claim(actor), ask));
      expect(error).toMatchObject({ code: '28000' });
      expect(error.message).toContain('not signed');
    }
  });

  test.each([
    ['SET LOCAL', `set local app.actor = '{"user":"${cleo}"}'`],
    ['a CTE before it', `with c as materialized (${claim(`{"user":"${cleo}"}`)}) select * from c`],
    [
      'the tenant emptied too',
      `select set_config('app.actor', '{"system":"stripe"}', true), set_config('app.organization_id', '', true)`,
    ],
    [
      'a signature that was made for another actor',
      `select set_config('app.actor', '{"system":"stripe"}', true), set_config('app.organization_id', current_setting('app.organization_id'), true)`,
    ],
  ])('cannot be claimed by %s', async (_, forge) => {
    expect(await failure(asAda(worlds.signed, forge, who))).toMatchObject({ code: '28000' });
  });

  test('cannot be claimed in the statement that asks', async () => {
    const both = `with c as materialized (select set_config('app.actor', '{"system":"stripe"}', true) as set)
      select tenantry.current_actor() as who, c.set from c`;
    expect(await failure(asAda(worlds.signed, both))).toMatchObject({ code: '28000' });
  });

  test.each(kinds)('is known in every scope, %s', async (_, { tenancy, pool }) => {
    const ask = async () => (await pool.query(who)).rows[0].who;
    expect(await tenancy.run({ organizationId: acme, user: ada, requestId: 'r' }, ask)).toEqual({
      user: ada,
      requestId: 'r',
    });
    expect(await tenancy.run(acme, ask)).toBeNull();
    expect(await tenancy.asSystem({ reason: 'a test', actor: 'tests' }, ask)).toEqual({
      system: 'tests',
      reason: 'a test',
    });
    const entry = { claim: { by: 'slug', value: 'acme' }, user: ada } as const;
    expect(await pool.enter({ ...entry, onBehalfOf: bob }, ask)).toEqual({
      user: ada,
      onBehalfOf: bob,
    });
    expect(await pool.enter({ ...entry, verify: 'with-first-statement' }, ask)).toEqual({
      user: ada,
    });
  });

  test('is nobody on a connection that is no pool’s', async () => {
    for (const { database } of Object.values(worlds)) {
      expect(await database.ask(who)).toEqual([{ who: null }]);
    }
  });

  // the control, which docs/guides/signed-context.md names
  test('can be claimed under a plain context', async () => {
    const rows = await asAda(worlds.plain, claim(`{"system":"stripe"}`), who);
    expect(rows).toEqual([{ who: { system: 'stripe' } }]);
  });
});
