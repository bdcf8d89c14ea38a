import { createTenantPool, type TenantPool, type TenantPoolOptions } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll, expect } from 'vitest';
import { moveTenant } from '../../src/move/move-tenant.ts';
import type { Moving } from '../../src/move/moving.ts';
import { undoMove } from '../../src/move/undo-move.ts';
import { tenantTables } from '../../src/rows/index.ts';
import { applicationOf } from './schema.ts';

export const application = applicationOf('citus');
const beside = applicationOf('postgres');
export const { tenancy, rbac, limits, audit } = application;

export const acme = '00000000-0000-4000-8000-00000000000a';
export const globex = '00000000-0000-4000-8000-00000000000b';
export const ada = '00000000-0000-4000-8000-0000000000a1';
export const bob = '00000000-0000-4000-8000-0000000000b1';

export const work = { reason: 'a test', actor: 'tests', write: true };

const owner = 'placec_owner';
const asOwner = (url: string) => {
  const own = new URL(url);
  own.username = owner;
  return own.href;
};

/** The login that owns the tables of the cluster, with no more rights than it needs. */
const makeOwner = (url: string) =>
  withClient(url, async (client) => {
    await client.query(`do $$ begin
      if not exists (select from pg_roles where rolname = '${owner}') then
        create role ${owner} login createrole;
      end if;
    end $$`);
    for (const role of Object.values(tenancy.roles))
      await client.query(`grant ${role} to ${owner}`);
    await client.query(`grant set on parameter session_replication_role to ${owner}`);
    await client.query(`grant usage on schema public to ${owner}`);
    const database = client.escapeIdentifier(new URL(url).pathname.slice(1));
    await client.query(`grant temporary on database ${database} to ${owner}`);
    // Citus lets a superuser alone migrate
    const { rows } = await client.query(`
      select format('alter table %I.%I owner to ${owner}', n.nspname, c.relname) as statement
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'tenantry') and c.relkind in ('r', 'p') and c.relowner = current_user::regrole
      union all
      select format('alter sequence %I.%I owner to ${owner}', n.nspname, c.relname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'tenantry' and c.relkind = 'S' and c.relowner = current_user::regrole
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0)
      union all
      select format('alter function %s owner to ${owner}', p.oid::regprocedure)
      from pg_proc p where p.pronamespace = 'tenantry'::regnamespace and p.proowner = current_user::regrole`);
    for (const { statement } of rows) await client.query(statement);
    await client.query(`alter schema tenantry owner to ${owner}`);
  });

/** A database of a tenant: the same application, on one server. */
export const ownDatabase = () =>
  testDatabase({
    key: 'placements-beside-citus',
    migrate: async (url) => {
      await applySchema(url, beside.input());
      await createLogins(url, tenancy);
    },
  });

/** A cluster with two tenants, and places that are databases of one server. */
export async function citusWorld(...names: string[]) {
  const cluster = await createCitusDatabase({
    migrate: async (url) => {
      await applySchema(url, application.input());
      await makeOwner(url);
    },
  });
  for (const worker of cluster.workers)
    await withClient(worker, async (client) => {
      await client.query('set citus.enable_ddl_propagation = off');
      await client.query(`grant set on parameter session_replication_role to ${owner}`);
      // values are written on the workers, which may have other settings than the coordinator
      const database = client.escapeIdentifier(cluster.name);
      await client.query(`alter database ${database} set timezone = 'Asia/Tokyo'`);
      await client.query(`alter database ${database} set bytea_output = 'escape'`);
    });
  const urls = new Map<string, string>();
  const opened: TenantPool[] = [];
  afterAll(async () => {
    await Promise.all(opened.map((pool) => pool.end()));
    await cluster.drop();
  });
  const urlOf = (place: string | null) =>
    place === null ? cluster.url : (urls.get(place) as string);
  /** Asks as the superuser. */
  const ask = (place: string | null, text: string, values: unknown[] = []) =>
    withClient(urlOf(place), async (client) => (await client.query(text, values)).rows);
  for (const name of names) {
    urls.set(name, (await ownDatabase()).url);
    await ask(name, 'insert into tenantry.here (place) values ($1)', [name]);
    await ask(null, 'insert into tenantry.places (name) values ($1)', [name]);
  }
  for (const place of [null, ...names])
    await ask(place, "insert into kinds (id, name) values (1, 'usual')");
  const logins = await createLogins(cluster.url, tenancy);
  const as = (login: 'app' | 'system' | 'owner', url: string) => {
    if (login === 'owner') return url;
    const { username, password } = new URL(logins[login]);
    return Object.assign(new URL(url), { username, password }).href;
  };
  const connect = (name: string, login: 'app' | 'system' | 'owner') => {
    const url = urls.get(name);
    return url === undefined ? undefined : as(login, url);
  };
  const placements = definePlacements(tenancy, { connect });
  const open = (options: Partial<TenantPoolOptions> = {}) => {
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      max: 6,
      placements: definePlacements(tenancy, { connect }),
      logger: { warn: () => {} },
      ...options,
    });
    opened.push(pool as unknown as TenantPool);
    return pool;
  };
  const asSystem = <R>(fn: () => Promise<R>) => tenancy.asSystem(work, fn);
  const enter = <R>(pool: TenantPool, id: string, user: string, fn: () => Promise<R>) =>
    pool.enter({ claim: { by: 'id', value: id }, user }, fn);
  /** A tenant on the cluster, with an owner who may do everything. */
  const tenant = async (pool: TenantPool, id: string, slug: string, owner: string) =>
    asSystem(() =>
      pool.transaction(async (tx) => {
        await tx.query("insert into organizations (id, name, plan) values ($1, $2, 'pro')", [
          id,
          slug,
        ]);
        await tx.query('insert into slugs (slug, organization_id) values ($1, $2)', [slug, id]);
        await tx.query('insert into users (id, email) values ($1, $2) on conflict do nothing', [
          owner,
          `${owner}@a.test`,
        ]);
        await tx.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
          id,
          owner,
        ]);
        await tx.query(
          `insert into member_roles (organization_id, user_id, role_id)
           select $1, $2, id from built_in_roles where key = 'owner' returning id`,
          [id, owner],
        );
        const { rows } = await tx.query(
          "insert into roles (organization_id, key, name) values ($1, 'editor', 'Editor') returning id",
          [id],
        );
        await tx.query(
          "insert into role_permissions (organization_id, role_id, permission) values ($1, $2, 'items:write')",
          [id, rows[0].id],
        );
      }),
    );
  /** Resolves when a transaction on the cluster waits for the lock of a tenant. */
  const somebodyWaits = () =>
    expect
      .poll(() => ask(null, "select 1 from pg_locks where locktype = 'advisory' and not granted"))
      .not.toEqual([]);
  /** All rows of a tenant at a place, as text, by table. */
  const rowsAt = (place: string | null, id: string) =>
    withClient(urlOf(place), async (client) => {
      await client.query('begin');
      if (place === null) await client.query("set local citus.propagate_set_commands = 'local'");
      await client.query("set local timezone = 'UTC'");
      await client.query("set local bytea_output = 'hex'");
      const { tables } = await tenantTables(client, tenancy);
      const rows: Record<string, string[]> = {};
      for (const { schema, name, from, condition, columns } of tables) {
        const listed = columns
          .map((column) => column.name)
          .sort()
          .map((column) => `t."${column}"`);
        const found = await client.query(
          `select row(${listed.join(', ')})::text as row from ${from} where ${condition} order by 1`,
          [id],
        );
        if (found.rows.length > 0) rows[`${schema}.${name}`] = found.rows.map(({ row }) => row);
      }
      return rows;
    });
  /** Rows with values that are hard to copy, of which some are gone again. */
  const fill = (pool: TenantPool, id: string, user: string, rows = 20) =>
    enter(pool, id, user, async () => {
      for (let i = 0; i < rows; i++)
        await pool.query(
          'insert into items (title, kind, amount, data) values ($1, 1, 0.1000000000000000000001, $2)',
          [`tab\t line\n back\\ \u00e9 ${i}`, JSON.stringify({ i, big: 12345678901234 })],
        );
      await pool.query('delete from items where title like $1', ['%9']);
      await pool.query('update items set amount = 7 where title like $1', ['%5']);
    });
  const moving = (pool: TenantPool, id: string): Moving => ({
    tenancy,
    pool,
    tenant: id,
    owners: { connect, url: asOwner(cluster.url) },
    ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
    waitMs: 10_000,
    progress: () => {},
  });
  const move = (pool: TenantPool, id: string, to: string | null) =>
    asSystem(() => moveTenant(moving(pool, id), to));
  const undo = (pool: TenantPool, id: string) => asSystem(() => undoMove(moving(pool, id)));
  /** The row of a tenant alone, as it stays on the cluster. */
  const ownRow = (id: string, slug: string) =>
    withClient(cluster.url, async (client) => {
      await client.query('begin');
      await client.query("set local citus.propagate_set_commands = 'local'");
      await client.query("set local session_replication_role = 'replica'");
      await client.query('insert into organizations (id, name) values ($1, $2)', [id, slug]);
      await client.query('insert into slugs (slug, organization_id) values ($1, $2)', [slug, id]);
      await client.query('commit');
    });
  const config = {
    tenancy,
    features: [audit, rbac, limits, placements],
    database: { url: logins.app, systemUrl: logins.system, migrationUrl: asOwner(cluster.url) },
  };
  return {
    cluster,
    ownerUrl: asOwner(cluster.url),
    urls,
    urlOf,
    ask,
    as,
    open,
    connect,
    placements,
    asSystem,
    tenant,
    fill,
    moving,
    move,
    undo,
    ownRow,
    rowsAt,
    somebodyWaits,
    enter,
    config,
  };
}

export type World = Awaited<ReturnType<typeof citusWorld>>;
