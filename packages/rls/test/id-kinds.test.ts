import { defineTenancy, type IdKind } from '@tenantry/core';
import { generate } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import {
  bigint,
  bigserial,
  char,
  customType,
  integer,
  pgTable,
  serial,
  text,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { defineIsolation } from '../src/index.ts';
import { examine, lines } from './doctor/support.ts';
import { applySchema } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { inContext, setContext, sqlState, undone } from './support/scope.ts';

interface Kind {
  readonly id: IdKind;
  /** The id of the table of tenants, and a tenant column, as an application has them. */
  readonly key: () => ReturnType<typeof uuid>;
  readonly column: () => ReturnType<typeof uuid>;
  readonly acme: string;
  readonly globex: string;
}

const as = <C>(column: C) => column as unknown as ReturnType<typeof uuid>;

const kinds: Readonly<Record<string, Kind>> = {
  uuid: {
    id: 'uuid',
    key: () => uuid(),
    column: () => uuid('team_id'),
    acme: '00000000-0000-4000-8000-00000000ac3e',
    globex: '00000000-0000-4000-8000-0000000910be',
  },
  'char(26)': {
    id: 'text',
    key: () => as(char({ length: 26 })),
    column: () => as(char('team_id', { length: 26 })),
    acme: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    globex: 'short',
  },
  'varchar(30)': {
    id: 'text',
    key: () => as(varchar({ length: 30 })),
    column: () => as(varchar('team_id', { length: 30 })),
    acme: 'org_01ARZ3NDEKTSV4',
    globex: 'org_2',
  },
  serial: {
    id: 'integer',
    key: () => as(serial()),
    column: () => as(integer('team_id')),
    acme: '1000001',
    globex: '1000002',
  },
  bigserial: {
    id: 'bigint',
    key: () => as(bigserial({ mode: 'bigint' })),
    column: () => as(bigint('team_id', { mode: 'bigint' })),
    acme: '9007199254740993',
    globex: '9007199254740992',
  },
};

describe.each(Object.entries(kinds))('%s', async (_, kind) => {
  const tenancy = defineTenancy({ tenant: 'team', id: kind.id });
  const { isolate, reference, searchable, tenants } = defineIsolation(tenancy);
  const teams = pgTable(
    'teams',
    { id: kind.key().primaryKey(), slug: text().notNull().unique() },
    (t) => [...tenants(t)],
  );
  const members = pgTable(
    'members',
    { teamId: kind.column().notNull(), userId: integer('user_id').notNull() },
    (t) => [
      ...isolate(t, { key: [t.userId] }),
      ...reference(t, { column: t.teamId, to: () => teams, onDelete: 'cascade' }),
    ],
  );
  const notes = pgTable(
    'notes',
    {
      teamId: kind.column().notNull(),
      id: integer().generatedByDefaultAsIdentity().notNull(),
      body: text().notNull(),
    },
    (t) => [
      ...isolate(t),
      ...reference(t, { column: t.teamId, to: () => teams, onDelete: 'cascade' }),
      ...searchable(t, { body: { fullText: 'simple' } }),
    ],
  );
  // what Tenantry's own columns make of the kind
  const ours = pgTable('ours', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [
    ...isolate(t),
  ]);
  const schema = { teams, members, notes, ours };
  const directory = { tenant: teams.id, claims: { slug: teams.slug }, member: members.userId };
  const { url } = await testDatabase();
  const generated = await applySchema(url, { tenancy, schema, directory });
  const client = await connect(url);
  await client.query(`
    insert into teams (id, slug) values ('${kind.acme}', 'acme'), ('${kind.globex}', 'globex');
    insert into members values ('${kind.acme}', 7), ('${kind.globex}', 8);
    insert into notes (team_id, body) select id, 'note of ' || slug from teams, generate_series(1, 2000);
    analyze`);
  const of = (tenant: string) => ({ role: 'app', setting: 'app.team_id', tenant });
  const asTeam = <R>(tenant: string, fn: () => Promise<R>) => inContext(client, of(tenant), fn);

  test('generates, and doctor finds nothing', async () => {
    expect(generated.warnings).toEqual([]);
    expect(lines(await examine(client, { tenancy, schema, directory }))).toEqual([]);
  });

  test('a team sees, changes and writes its own rows only', async () => {
    const count = async () =>
      (await client.query('select count(*)::int as n from notes')).rows[0].n;
    expect(await asTeam(kind.acme, count)).toBe(2000);
    const { rowCount } = await asTeam(kind.acme, () =>
      client.query(`update notes set body = 'mine'`),
    );
    expect(rowCount).toBe(2000);
    expect(await asTeam(kind.globex, count)).toBe(2000);
    const forged = asTeam(kind.acme, () =>
      client.query(`insert into notes (team_id, body) values ('${kind.globex}', 'forged')`),
    );
    expect(await sqlState(forged)).toBe('42501');
    const { rows } = await asTeam(kind.acme, () =>
      client.query('insert into ours default values returning team_id::text as team, id'),
    );
    expect(rows[0].team).toBe(kind.acme);
    expect(rows[0].id).not.toBeNull();
    const moved = asTeam(kind.acme, () =>
      client.query(`update notes set team_id = '${kind.globex}'`),
    );
    expect(await sqlState(moved)).toBe('42501');
    const none = asTeam('', () => client.query('select from notes'));
    expect(await sqlState(none)).not.toBe('none');
  });

  test('the column is compared as it is, so its index serves', async () => {
    await undone(client, async () => {
      await setContext(client, of(kind.acme));
      await client.query('set local enable_seqscan = off');
      const { rows } = await client.query('explain (costs off) select * from notes');
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/InitPlan 1/);
      // varchar has the operators of text, and its index serves them
      expect(plan).toMatch(/Index Cond: \((team_id|\(team_id\)::text) = /);
    });
  });

  test('a search finds rows of the team', async () => {
    const [search] = (
      await client.query(`select proname from pg_proc where proname like 'search_notes%'`)
    ).rows;
    const found = await asTeam(kind.globex, () =>
      client.query(`select cardinality(tenantry."${search.proname}"('globex')) as n`),
    );
    expect(found.rows[0].n).toBe(2000);
    const others = await asTeam(kind.acme, () =>
      client.query(`select tenantry."${search.proname}"('globex') as places`),
    );
    expect(others.rows[0].places ?? []).toEqual([]);
  });

  test('the entry finds the team by its id and by its slug', async () => {
    const enter = (by: string, claim: string, user: string) =>
      asTeam('', () =>
        client.query(`select tenantry.enter('${by}', '${claim}', '${user}')::json as entry`),
      );
    expect((await enter('id', kind.acme, '7')).rows[0].entry.tenant).toBe(kind.acme);
    expect((await enter('slug', 'acme', '7')).rows[0].entry.tenant).toBe(kind.acme);
    for (const [claim, user] of [
      [kind.acme, '8'],
      [kind.acme, 'ada'],
      [kind.acme, '99999999999'],
      ['no-such-id', '7'],
    ] as const)
      expect(await sqlState(enter('id', claim, user))).toBe('TN404');
    const own = await asTeam(kind.acme, () =>
      client.query(`select tenantry.enter_member('${kind.acme}', 7, null)`),
    );
    expect(own.rowCount).toBe(1);
  });
});

describe('a column of another type', () => {
  const table = (id: IdKind, column: ReturnType<typeof uuid>) => {
    const tenancy = defineTenancy({ tenant: 'team', id });
    const { isolate } = defineIsolation(tenancy);
    const notes = pgTable('notes', { teamId: column.notNull(), id: integer().notNull() }, (t) => [
      ...isolate(t),
    ]);
    return { tenancy, schema: { notes } };
  };

  test.each([
    ['uuid', as(text('team_id')), 'text'],
    ['uuid', as(integer('team_id')), 'integer'],
    ['text', uuid('team_id'), 'uuid'],
    ['text', as(bigint('team_id', { mode: 'number' })), 'bigint'],
    ['integer', as(text('team_id')), 'text'],
    ['bigint', uuid('team_id'), 'uuid'],
  ] as const)('%s ids in it: generate refuses', async (id, column, type) => {
    const { url } = await testDatabase();
    await expect(applySchema(url, table(id, column))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      found: `column team_id of table notes is of type ${type}, where this tenancy has ids of kind ${id}.`,
    });
  });

  test('of a domain it proposes no other kind, which would be refused as well', () => {
    const domain = customType<{ data: string }>({ dataType: () => 'team_key' });
    expect(() => generate(table('bigint', as(domain('team_id'))))).toThrow(
      /is of type team_key, .* In place of a domain take the type that it is over/,
    );
  });

  test('an integer beside a bigint works, with a warning', async () => {
    const { url } = await testDatabase();
    const application = table('bigint', as(integer('team_id')));
    const { warnings } = await applySchema(url, application);
    expect(warnings.map(({ code, table: of }) => `${code} ${of}`)).toEqual([
      'TENANT_COLUMN_TYPE notes',
    ]);
    const client = await connect(url);
    const found = await examine(client, application);
    expect(lines(found)).toEqual(['tenant-column-type notes.team_id']);
    expect(found.findings[0]?.severity).toBe('warning');
  });

  test('doctor says it of a table that drifted', async () => {
    const { url } = await testDatabase();
    const { tenancy } = table('integer', as(integer('team_id')));
    const client = await connect(url);
    await client.query('create table notes (team_id text not null, id integer primary key)');
    const { findings } = await examine(client, { tenancy });
    expect(findings.find(({ rule }) => rule === 'tenant-column-type')).toMatchObject({
      object: 'notes.team_id',
      severity: 'error',
    });
  });
});
