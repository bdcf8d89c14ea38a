import { randomBytes } from 'node:crypto';
import { defineTenancy } from '@tenantry/core';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { type AnyPgTable, pgSchema, text } from 'drizzle-orm/pg-core';

/** Everything otherwise: another word, text ids, a signed context, a schema and names of its own. */
export function workspaces() {
  const suffix = randomBytes(4).toString('hex');
  const tenancy = defineTenancy({
    tenant: 'workspace',
    id: 'text',
    context: 'signed',
    roles: { app: `app_${suffix}`, system: `system_${suffix}` },
  });
  const { searchable } = defineIsolation(tenancy);
  const rbac = defineRbac(tenancy, {
    permissions: { docs: ['read', 'write'], people: ['manage'] },
    roles: { guest: ['docs:read'], boss: ['*'] },
    owner: 'boss',
  });
  const { tables } = rbac;
  const crm = pgSchema('crm');
  const spaces = crm.table(
    'spaces',
    { id: tenancy.columns.id('space_id').primaryKey(), displayName: text().notNull() },
    (t) => [...tables.tenants.rules(t)],
  );
  const people = crm.table(
    'people',
    { id: tenancy.columns.id().primaryKey(), ...tables.users.columns() },
    (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
  );
  const memberships = crm.table('belongs_to', tables.memberships.columns(), (t) => [
    ...tables.memberships.rules(t, { write: { delete: 'people:manage' } }),
  ]);
  const builtInRoles = crm.table('usual_titles', tables.builtInRoles.columns(), (t) => [
    ...tables.builtInRoles.rules(t),
  ]);
  const builtInRolePermissions = crm.table(
    'usual_abilities',
    tables.builtInRolePermissions.columns(),
    (t) => [...tables.builtInRolePermissions.rules(t)],
  );
  const roles = crm.table('job_titles', tables.roles.columns(), (t) => [
    ...tables.roles.rules(t, { write: 'people:manage' }),
  ]);
  const permissions = crm.table('abilities', tables.permissions.columns(), (t) => [
    ...tables.permissions.rules(t),
  ]);
  const rolePermissions = crm.table('job_abilities', tables.rolePermissions.columns(), (t) => [
    ...tables.rolePermissions.rules(t, { write: 'people:manage' }),
  ]);
  const memberRoles = crm.table('jobs', tables.memberRoles.columns(), (t) => [
    ...tables.memberRoles.rules(t, { write: 'people:manage' }),
  ]);
  const invitations = crm.table('invites', tables.invitations.columns(), (t) => [
    ...tables.invitations.rules(t, { write: 'people:manage' }),
  ]);
  const docs = crm.table(
    'docs',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), pageTitle: text() },
    (t) => [
      ...rbac.isolate(t, {
        read: { permission: 'docs:read', of: t.id },
        write: 'docs:write',
      }),
      ...searchable(t, { pageTitle: { fullText: 'simple' } }, { newest: t.id }),
    ],
  );
  const schema = {
    crm,
    spaces,
    people,
    memberships,
    builtInRoles,
    builtInRolePermissions,
    roles,
    permissions,
    rolePermissions,
    memberRoles,
    invitations,
    docs,
  };
  const application = {
    tenancy,
    schema,
    directory: { tenant: spaces.id, member: memberships.userId },
    features: [rbac],
  };
  return { tenancy, rbac, application, suffix, docs };
}
