import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool, type TenantPoolOptions } from '@tenantry/core';
import type { DirectoryColumns } from '@tenantry/rls/generate';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, expect } from 'vitest';
import { databaseOf, dialect } from './dialect.ts';
import * as schema from './schema.ts';

const { tenancy, rbac, memberships, organizations } = schema;

export { dialect, rbac, schema, tenancy };

export type World = Awaited<ReturnType<typeof rbacWorld>>;

/**
 * A database with the schema of the tests, for one file.
 * @param more tables of this file; its database is made from them, and shared with no other file
 * @param claims columns by which a tenant is entered
 */
export async function rbacWorld(
  options: TenantPoolOptions = {},
  more: Readonly<Record<string, unknown>> = {},
  claims: DirectoryColumns['claims'] = {},
) {
  // a template is shared by its key, which would not tell the tables of two files apart
  const isShared = Object.keys(more).length === 0;
  const url = await databaseOf(
    async (at) => {
      await applySchema(at, {
        tenancy,
        schema: { ...schema, ...more },
        directory: { tenant: organizations.id, member: memberships.userId, claims },
        features: [rbac],
      });
    },
    isShared ? 'rbac' : undefined,
  );
  const logins = await createLogins(url, tenancy);
  const pool: TenantPool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 12,
    ...options,
  });
  const admin = new pg.Pool({ connectionString: url, max: 4 });
  afterAll(async () => {
    await Promise.all([pool.end(), admin.end()]);
  });
  const ask = async <R = Record<string, unknown>>(text: string, values: unknown[] = []) =>
    (await admin.query(text, values)).rows as R[];

  const asSystem = <R>(fn: () => R | Promise<R>) =>
    tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn);

  /** A user, by the part before the @ of the address. */
  async function user(name = `u${randomUUID().slice(0, 8)}`): Promise<string> {
    const [row] = await ask<{ id: string }>('insert into users (email) values ($1) returning id', [
      `${name}@example.com`,
    ]);
    return row?.id as string;
  }

  /** An organization with its owner. */
  async function organization(owner?: string): Promise<{ id: string; owner: string }> {
    const id = randomUUID();
    const ownerId = owner ?? (await user());
    await asSystem(async () => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query('insert into organizations (id, name) values ($1, $2)', [id, 'Acme']);
        await rbac.members.add(client, { organizationId: id, user: ownerId, role: 'owner' });
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    });
    return { id, owner: ownerId };
  }

  /** A member with these roles. */
  async function member(organizationId: string, ...roles: string[]): Promise<string> {
    const id = await user();
    await asSystem(async () => {
      await rbac.members.add(pool, { organizationId: organizationId, user: id });
      for (const role of roles) {
        await rbac.members.assign(pool, { organizationId: organizationId, user: id, role });
      }
    });
    return id;
  }

  /** Runs `fn` as a signed-in user, as a request does. */
  const as = <R>(userId: string, organizationId: string, fn: () => R | Promise<R>, on?: string) =>
    pool.enter(
      {
        claim: { by: 'id', value: organizationId },
        user: userId,
        ...(on !== undefined && { onBehalfOf: on }),
      },
      fn,
    );

  /** Whether somebody waits for a lock in this database, on whichever node. */
  async function someoneWaits(): Promise<boolean> {
    const waiting = `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    const [row] = await ask<{ n: number }>(
      dialect === 'citus'
        ? `select sum(result::int)::int as n from run_command_on_all_nodes('${waiting.replaceAll("'", "''")}')`
        : `select (${waiting})::int as n`,
    );
    return (row?.n ?? 0) > 0;
  }

  /** Lets the grants of a user end as by themselves: two hours pass in the rows, and nothing is told. */
  async function elapse(userId: string): Promise<void> {
    // without triggers, which would work the user out; facts as two hours ago would have left them
    const past = (roles: string, derived: string) => `
      do $do$ begin
        set local session_replication_role = replica;
        update ${roles} set expires_at = expires_at - interval '2 hours' where user_id = '${userId}';
        update ${derived} set valid_until = valid_until - interval '2 hours',
          facts = jsonb_set(facts, '{until}', to_jsonb((facts ->> 'until')::numeric - 7200)) where user_id = '${userId}';
      end $do$`;
    if (dialect === 'postgres')
      return void (await ask(past('member_roles', 'tenantry.member_permissions')));
    // an UPDATE through the coordinator subtracts no interval, and the setting stays there
    const done = await ask<{ success: boolean; result: string }>(
      'select success, result from run_command_on_colocated_placements($1, $2, $3)',
      ['member_roles', 'tenantry.member_permissions', past('%s', '%s')],
    );
    expect(done.filter(({ success }) => !success)).toEqual([]);
  }

  /** Waits until something holds; the test's own time is the limit. */
  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const end = performance.now() + 60_000;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    until,
    someoneWaits,
    elapse,
    url,
    logins,
    pool,
    db: drizzle(pool),
    ask,
    asSystem,
    user,
    organization,
    member,
    as,
  };
}

/** How a change in an older snapshot than another change is refused; on Citus every older snapshot is. */
export const olderSnapshot = dialect === 'citus' ? '0A000' : '40001';

/** The code that a promise rejects with; what it gave when it does not. */
export const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: { code?: string; cause?: { code?: string }; message: string }) =>
      error.code ?? error.cause?.code ?? error.message,
  );
