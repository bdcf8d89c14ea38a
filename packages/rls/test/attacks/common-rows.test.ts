import { defineTenancy, type IdKind } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import { bigint, char, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { applySchema } from '../support/apply.ts';
import { connect } from '../support/fixture.ts';
import { asSystem, inContext, undone } from '../support/scope.ts';

// Rows without a tenant, everybody's and nobody's: whatever a tenant sends, they stay what they are.

const id = <C>(column: C) => column as unknown as ReturnType<typeof uuid>;
const kinds: readonly [IdKind, string, string, () => ReturnType<typeof uuid>][] = [
  [
    'uuid',
    '00000000-0000-4000-8000-00000000ac3e',
    '00000000-0000-4000-8000-0000000910be',
    () => uuid('team_id'),
  ],
  ['text', 'short', '01ARZ3NDEKTSV4RRFFQ69G5FAV', () => id(char('team_id', { length: 26 }))],
  ['integer', '1', '2', () => id(integer('team_id'))],
  [
    'bigint',
    '9007199254740993',
    '9007199254740992',
    () => id(bigint('team_id', { mode: 'bigint' })),
  ],
];

describe.each(kinds)('%s', async (kind, acme, globex, column) => {
  const tenancy = defineTenancy({ tenant: 'team', id: kind });
  const { isolate } = defineIsolation(tenancy);
  const table = (name: string, withoutTenant: 'shared' | 'hidden') =>
    pgTable(name, { teamId: column(), id: integer().primaryKey(), name: text().notNull() }, (t) => [
      ...isolate(t, { withoutTenant }),
    ]);
  const schema = { common: table('common', 'shared'), waiting: table('waiting', 'hidden') };
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  const client = await connect(url);
  for (const name of ['common', 'waiting']) {
    await asSystem(client, () =>
      client.query(`insert into ${name} values
        (null, 1, 'nobody'), ('${acme}', 2, 'acme'), ('${globex}', 3, 'globex')`),
    );
  }
  const rows = async (of: string) =>
    (await client.query(`select id, name, team_id is null as free from ${of} order by id`)).rows;
  const before = [
    { id: 1, name: 'nobody', free: true },
    { id: 2, name: 'acme', free: false },
    { id: 3, name: 'globex', free: false },
  ];

  const attacks: Record<string, (of: string) => string> = {
    'an update': (of) => `update ${of} set name = 'taken' where id = 1`,
    'an update that takes it over': (of) => `update ${of} set team_id = '${acme}' where id = 1`,
    'an update of all but one': (of) => `update ${of} set name = 'taken' where id <> 2`,
    'an update by a join': (of) =>
      `update ${of} o set name = 'taken' from ${of} i where i.id = 1 and o.id = i.id`,
    'a delete': (of) => `delete from ${of} where id = 1`,
    'a delete by a join': (of) =>
      `delete from ${of} o using ${of} i where i.id = o.id and i.id <> 2`,
    'an upsert that changes it': (of) =>
      `insert into ${of} (id, name) values (1, 'x') on conflict (id) do update set name = 'taken'`,
    'an upsert that takes it over': (of) =>
      `insert into ${of} (id, name) values (1, 'x') on conflict (id) do update set team_id = excluded.team_id`,
    'an upsert that does nothing': (of) =>
      `insert into ${of} (id, name) values (1, 'taken') on conflict do nothing`,
    'an upsert of a foreign row': (of) =>
      `insert into ${of} (id, name) values (3, 'x') on conflict (id) do update set name = 'taken'`,
    'a merge that updates': (of) => `merge into ${of} o using (values (1), (3)) v(id) on v.id = o.id
       when matched then update set name = 'taken'`,
    'a merge that deletes': (of) => `merge into ${of} o using (values (1), (3)) v(id) on v.id = o.id
       when matched then delete`,
    'a new one': (of) => `insert into ${of} (team_id, id, name) values (null, 9, 'forged')`,
    'its own row given away': (of) => `update ${of} set team_id = null where id = 2`,
    'a lock': (of) => `select * from ${of} where id <> 2 for update`,
    'COPY into it': (of) => `copy ${of} from program 'echo'`,
  };

  describe.each(['common', 'waiting'])('%s', (of) => {
    test.each(Object.entries(attacks))('%s leaves every other row as it was', async (_, attack) => {
      await undone(client, async () => {
        await client.query('savepoint s');
        const result = await client
          .query(
            `select set_config('role', 'app', true), set_config('app.team_id', '${acme}', true)`,
          )
          .then(() => client.query(attack(of)))
          .catch((error: { code: string }) => error.code);
        if (typeof result === 'string') await client.query('rollback to s');
        await client.query('reset role');
        expect(await rows(of)).toEqual(before);
        // a lock on a row that one may not change would let a tenant hold up the others
        if (typeof result !== 'string') expect(result.rowCount).toBe(0);
      });
    });
  });

  test('the attacks are real: without row-level security they reach other rows', async () => {
    const reaching: string[] = [];
    for (const [name, attack] of Object.entries(attacks)) {
      await undone(client, async () => {
        const result = await client.query(attack('common')).catch(() => undefined);
        if ((result?.rowCount ?? 0) > 0) reaching.push(name);
      });
    }
    const others = Object.keys(attacks).filter((name) => !reaching.includes(name));
    // what a trigger refuses to every role, and what does nothing
    expect(others).toEqual([
      'an update that takes it over',
      'an upsert that does nothing',
      'its own row given away',
      'COPY into it',
    ]);
  });

  test('what a tenant reads', async () => {
    const seen = (of: string) =>
      inContext(client, { role: 'app', setting: 'app.team_id', tenant: acme }, () => rows(of));
    expect(await seen('common')).toEqual(before.slice(0, 2));
    expect(await seen('waiting')).toEqual(before.slice(1, 2));
  });
});
