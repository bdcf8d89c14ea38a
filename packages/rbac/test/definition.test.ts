import { defineTenancy } from '@tenantry/core';
import { defineRbac, type PermissionOf } from '@tenantry/rbac';
import { expect, expectTypeOf, test } from 'vitest';
import { rbac, tenancy } from './support/schema.ts';

const permissions = { projects: ['read', 'create'], billing: ['manage'] } as const;

test('permissions and roles are unions that the compiler knows', () => {
  expectTypeOf<PermissionOf<typeof rbac>>().toEqualTypeOf<
    | `projects:${'create' | 'read' | 'update' | 'delete'}`
    | 'billing:manage'
    | `members:${'invite' | 'remove'}`
    | 'roles:manage'
  >();
  const misuse = () => {
    // @ts-expect-error: not a permission
    rbac.can('projects:fly');
    // @ts-expect-error: a wildcard is nothing to ask for
    rbac.can('projects:*');
    // @ts-expect-error: not a permission
    rbac.isolate({}, { read: 'projects:fly' });
    defineRbac(tenancy, {
      permissions,
      // @ts-expect-error: neither a permission nor a role
      roles: { owner: ['*'], viewer: ['projects:fly'] },
    });
    // @ts-expect-error: not a role of the definition
    defineRbac(tenancy, { permissions, roles: { boss: ['*'] }, owner: 'chief' });
  };
  expect(misuse).toBeTypeOf('function');
});

const define = (roles: Record<string, readonly string[]>, owner?: string) => () =>
  defineRbac(tenancy, {
    permissions,
    roles: roles as never,
    ...(owner && { owner: owner as never }),
  });

test('what cannot be is refused when it is defined', () => {
  expect(define({ owner: ['*', 'projects:fly'] })).toThrow('role owner names "projects:fly"');
  expect(define({ owner: ['a'], a: ['b'], b: ['a'] })).toThrow('a → b → a');
  expect(define({ admin: ['*'] })).toThrow('no role owner');
  expect(define({ admin: ['*'] }, 'admin')).not.toThrow();
  expect(define({ 'Not a key': ['*'] })).toThrow('"Not a key"');
  expect(() =>
    defineRbac(tenancy, { permissions: { 'a b': ['x'] }, roles: { owner: ['*'] } }),
  ).toThrow('resource "a b"');
});

test('roles are expanded: wildcards, a parent, and further roles', () => {
  const { definition } = defineRbac(tenancy, {
    permissions,
    roles: {
      viewer: ['projects:read'],
      payer: ['billing:*'],
      lead: ['viewer', 'payer', 'projects:create'],
      owner: ['*'],
    },
  });
  expect(definition.roles.find(({ key }) => key === 'lead')).toEqual({
    key: 'lead',
    name: 'Lead',
    parent: 'viewer',
    permissions: ['billing:*', 'projects:create'],
    granted: ['billing:manage', 'projects:create', 'projects:read'],
  });
});

test('it is frozen, and takes the word of its tenancy', () => {
  expect(Object.isFrozen(rbac)).toBe(true);
  const workspaces = defineTenancy({ tenant: 'workspace', id: 'text' });
  const other = defineRbac(workspaces, { permissions, roles: { owner: ['*'] }, userId: 'uuid' });
  expect(Object.keys(other.tables.memberRoles.columns())).toContain('workspaceId');
});
