import { defineAudit } from '@tenantry/audit-log';
import { createTenantPool, type TenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import type { Feature } from '@tenantry/rls/feature';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { afterAll, expect, it } from 'vitest';
import { audit as sealed } from '../src/audit.ts';
import { openDatabase } from '../src/database.ts';
import * as schema from '../src/schema.ts';
import { seed } from '../src/seed.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';

// A tenant with every feature moves to another database and back, by a login that is no superuser.

const migrator = 'b2b_mover';
const as = (login: string, url: string) => {
  const own = new URL(url);
  own.username = login;
  own.password = 'test';
  return own.href;
};
const urls = new Map<string, string>();
const ends: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const placements = definePlacements(tenancy, {
  connect: (name, login) => {
    const url = urls.get(name);
    const of = { app: 'tenantry_test_app', system: 'tenantry_test_system', owner: migrator };
    return url === undefined ? undefined : as(of[login], url);
  },
});
const logs = { sealed, linked: defineAudit(tenancy, { actions: {}, evidence: 'linked' }) };
const featuresWith = (audit: Feature) => [
  ...(config.features ?? []).map((each) => (each === sealed ? audit : each)),
  placements,
];

const database = (evidence: keyof typeof logs) =>
  testDatabase({
    key: `b2b-saas-move-${evidence}`,
    migrate: async (url) => {
      await withClient(url, async (client) => {
        await client.query(`do $$ declare each text; begin
          foreach each in array array['app', 'system', 'audit_writer', '${migrator}'] loop
            begin
              execute format('create role %I nologin', each);
            exception when duplicate_object or unique_violation then null;
            end;
          end loop;
          alter role ${migrator} login password 'test';
          grant app, system, audit_writer to ${migrator};
          grant set on parameter session_replication_role to ${migrator};
        end $$`);
        await client.query(`alter schema public owner to ${migrator}`);
        await client.query(
          `grant create on database "${new URL(url).pathname.slice(1)}" to ${migrator}`,
        );
      });
      const { directory } = config;
      await applySchema(as(migrator, url), {
        tenancy,
        schema,
        ...(directory !== undefined && { directory }),
        features: featuresWith(logs[evidence]),
      });
    },
  });

const ask = (url: string, sql: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query(sql, values)).rows);

/** All rows of a tenant in tables that name it. */
async function contents(url: string, tenant: string) {
  const tables = await ask(
    url,
    `select format('%I.%I', table_schema, table_name) as "table", column_name as "column"
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where column_name in ('organization_id', 'tenant_id', 'tenant') and table_type = 'BASE TABLE'
       and table_schema in ('public', 'tenantry') and table_name not in ('placements', 'moves', 'erasures')
       and not exists (select from pg_inherits where inhrelid = format('%I.%I', table_schema, table_name)::regclass)
     order by 1`,
  );
  const found: Record<string, unknown[]> = {};
  for (const { table, column } of tables) {
    const rows = await ask(
      url,
      `select to_jsonb(t) as row from ${table} t where t.${column}::text = $1 order by to_jsonb(t)::text`,
      [tenant],
    );
    if (rows.length > 0) found[table] = rows;
  }
  return found;
}

it.each(['sealed', 'linked'] as const)(
  'moves with its %s log, seals, roles and limits, and the log holds in both databases',
  async (evidence) => {
    const audit = logs[evidence];
    const [shared, place] = [(await database(evidence)).url, (await database(evidence)).url];
    urls.set('eu1', place);
    await ask(place, "insert into tenantry.here (place) values ('eu1')");
    await ask(shared, "insert into tenantry.places (name) values ('eu1')");
    // as if the shared database were on a server whose transactions are far ahead
    await ask(
      shared,
      "create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as 'select 9000000000::bigint'",
    );
    const logins = await createLogins(shared, tenancy);
    const open = (url: string) => {
      const opened = openDatabase({
        url: as('tenantry_test_app', url),
        systemUrl: as('tenantry_test_system', url),
      });
      ends.push(() => opened.pool.end());
      return opened;
    };
    const [atShared, atPlace] = [open(shared), open(place)];
    const { organizations, users } = await seed(atShared);
    const { acme, globex } = organizations;
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      placements,
      logger: { warn: () => {} },
    }) as unknown as TenantPool;
    ends.push(() => pool.end());
    const command = {
      ...config,
      features: featuresWith(audit),
      database: { url: shared, systemUrl: shared, migrationUrl: as(migrator, shared) },
    };
    const move = async (to: string) => {
      const { code, stderr } = await runCommand(command as never, [
        'tenants',
        'move',
        acme,
        '--to',
        to,
      ]);
      expect([code, stderr]).toEqual([0, '']);
    };
    const asSystem = <R>(fn: () => Promise<R>) =>
      tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn);
    const findings = async () => {
      const found: unknown[] = [];
      for (const each of [atShared, atPlace]) {
        await asSystem(() => audit.seal(each.pool));
        found.push(...(await asSystem(() => audit.verify(each.pool))).findings);
      }
      return found;
    };
    const write = (name: string) =>
      tenancy.run({ organizationId: acme, user: users.ada } as never, () =>
        pool.query('insert into projects (organization_id, name) values ($1, $2)', [acme, name]),
      );
    const entries = async (url: string) =>
      Number(
        (
          await ask(url, 'select count(*) as n from audit_logs where organization_id = $1', [acme])
        )[0]?.n,
      );

    const unsealed = async (url: string) =>
      (await ask(url, 'select tenantry.audit_unsealed_of($1)::text as n', [acme]))[0]?.n;

    await write('before');
    const others = await contents(shared, globex);
    for (const [from, to, name] of [
      [shared, place, 'eu1'],
      [place, shared, 'shared'],
      [shared, place, 'eu1'],
    ] as const) {
      const before = await contents(from, acme);
      await move(name);
      expect(await unsealed(to)).toBe('0');
      const after = await contents(to, acme);
      // what was not sealed yet is sealed before it leaves
      for (const each of [before, after]) delete each['tenantry.audit_seals'];
      expect(after).toEqual(before);
      expect(Object.keys(before)).toEqual(
        expect.arrayContaining([
          'public.audit_logs',
          'public.projects',
          'tenantry.member_permissions',
        ]),
      );
      expect(await contents(from, acme)).toEqual({});
      expect(await findings()).toEqual([]);
      const logged = await entries(to);
      await write(`${logged} in ${name}`);
      expect(await entries(to)).toBe(logged + 1);
      expect(await findings()).toEqual([]);
    }
    // an entry that is written after the rounds of copying is sealed too before it leaves
    let [began, release] = [() => {}, () => {}];
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const writing = tenancy.run({ organizationId: acme, user: users.ada } as never, () =>
      pool.transaction(async (tx) => {
        await tx.query('insert into projects (organization_id, name) values ($1, $2)', [
          acme,
          'late',
        ]);
        began();
        await held;
      }),
    );
    await begun;
    const moving = move('shared');
    await expect
      .poll(() =>
        ask(
          place,
          "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
        ),
      )
      .toHaveLength(1);
    release();
    await Promise.all([writing, moving]);
    expect(await unsealed(shared)).toBe('0');
    expect(await findings()).toEqual([]);

    const left = await contents(shared, globex);
    delete left['tenantry.audit_seals'];
    expect(left).toEqual(others);
  },
);
