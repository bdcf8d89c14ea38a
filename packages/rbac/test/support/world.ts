import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool, type TenantPoolOptions } from '@tenantry/core';
import { createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll } from 'vitest';
import * as schema from './schema.ts';

const { tenancy, rbac, memberships, organizations } = schema;

export { rbac, schema, tenancy };

/**
 * A database with the schema of the tests, for one file.
 * @param more tables of this file; its database is made from them, and shared with no other file
 */
export async function rbacWorld(
  options: TenantPoolOptions = {},
  more: Readonly<Record<string, unknown>> = {},
) {
  const migrate = async (at: string) => {
    await applySchema(at, {
      tenancy,
      schema: { ...schema, ...more },
      directory: { tenant: organizations.id, member: memberships.userId },
      features: [rbac],
    });
  };
  if (tenancy.dialect === 'citus') {
    const database = await createCitusDatabase({ migrate });
    afterAll(() => database.drop());
    return worldOf(database.url, schema, options);
  }
  // a template is shared by its key, which would not tell the tables of two files apart
  const isOwn = Object.keys(more).length > 0;
  const { url } = await testDatabase(isOwn ? {} : { key: 'rbac', migrate });
  if (isOwn) await migrate(url);
  return worldOf(url, schema, options);
}

/** The same for a database that is there, with the schema of one dialect. */
export async function worldOf(
  url: string,
  { tenancy, rbac }: Pick<typeof schema, 'tenancy' | 'rbac'>,
  options: TenantPoolOptions = {},
) {
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

  /** Lets the grants of a user end as by themselves: an hour passes in the rows, and nothing is told. */
  async function elapse(userId: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      // without triggers, which would work the user out; facts as an hour ago would have left them
      await client.query(`set session_replication_role = replica`);
      await client.query(
        `update member_roles set expires_at = expires_at - interval '2 hours' where user_id = $1`,
        [userId],
      );
      await client.query(
        `update tenantry.member_permissions set valid_until = valid_until - interval '2 hours',
           facts = jsonb_set(facts, '{until}', to_jsonb((facts ->> 'until')::numeric - 7200)) where user_id = $1`,
        [userId],
      );
    } finally {
      await client.end();
    }
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
    tenancy,
    rbac,
    until,
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

/** The code that a promise rejects with; what it gave when it does not. */
export const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: { code?: string; cause?: { code?: string }; message: string }) =>
      error.code ?? error.cause?.code ?? error.message,
  );
