import { createTenantPool, type TenantPool } from '@tenantry/core';
import { applySchema } from '@tenantry/testing/schema';
import { type BenchDatabase, createLogins } from '../lib/database.ts';
import { memberships, organizations, rbac, schema, tenancy } from './schema.ts';

export const logins = { owner: 'bench_rbac_owner', web: 'bench_rbac_web' } as const;
export const tenantCount = 100;
export const rowsPerTenant = 2000;

/** The id of tenant number `t`, and of its member who is not the owner, from 1. */
export const tenantId = (t: number) =>
  `00000000-0000-4000-8000-${t.toString(16).padStart(12, '0')}`;
export const userId = (t: number) => `00000000-0000-4000-9000-${t.toString(16).padStart(12, '0')}`;

const series = `generate_series(1, ${tenantCount}) t`;
const ofTenant = `('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid`;
const ofUser = (kind: 'owner' | 'member') =>
  `('00000000-0000-4000-${kind === 'member' ? '9000' : 'a000'}-' || lpad(to_hex(t), 12, '0'))::uuid`;
const people = (kind: 'owner' | 'member') => `
  insert into users (id, email) select ${ofUser(kind)}, '${kind}-' || t || '@example.com' from ${series};
  insert into memberships (organization_id, user_id) select ${ofTenant}, ${ofUser(kind)} from ${series};
  insert into member_roles (organization_id, user_id, role_id)
    select ${ofTenant}, ${ofUser(kind)}, r.id from ${series}, built_in_roles r where r.key = '${kind}';`;

/** Makes the schema, its roles and members, and the same rows behind each kind of policy. */
export async function prepare(database: BenchDatabase): Promise<void> {
  await createLogins(database, { [logins.owner]: 'superuser' });
  await applySchema(database.url(logins.owner), {
    tenancy,
    schema,
    directory: { tenant: organizations.id, member: memberships.userId },
    features: [rbac],
  });
  await createLogins(database, { [logins.web]: `noinherit in role ${tenancy.roles.app}` });
  await database.ask(`
    begin;
    insert into organizations (id) select ${ofTenant} from ${series};
    ${people('owner')}
    ${people('member')}
    commit`);
  for (const table of ['plain', 'guarded', 'shared']) {
    await database.ask(
      `insert into ${table} (organization_id, name)
       select ${ofTenant}, 'Row ' || r from ${series}, generate_series(1, ${rowsPerTenant}) r`,
    );
  }
  await database.ask('vacuum (freeze, analyze)');
}

export const openPool = (
  database: BenchDatabase,
  max: number,
  way: 'direct' | 'proxy' = 'direct',
): TenantPool =>
  createTenantPool(tenancy, {
    connectionString: database.url(logins.web, way),
    min: max,
    max,
    idleTimeoutMillis: 0,
  });
