import { type PermissionOf, type PermissionSnapshot, readSnapshot } from '@tenantry/rbac';
import { Can, guardsFor, RbacProvider, useCan } from '@tenantry/rbac/react';
import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, expectTypeOf, test } from 'vitest';
import type { rbac } from './support/schema.ts';

const snapshot: PermissionSnapshot<string, 'organizationId'> = {
  organizationId: 'acme',
  user: 'ada',
  version: 7,
  roles: ['member'],
  permissions: ['projects:read', 'projects:create'],
  resources: { projects: { one: ['projects:update'] } },
};
const rendered = (child: ReactNode, given: PermissionSnapshot | null = snapshot) =>
  renderToStaticMarkup(h(RbacProvider, { snapshot: given }, child));

test('a guard shows what the snapshot allows', () => {
  const guard = (permission: string, of?: { id: string }) =>
    h(Can, { permission, fallback: 'no', ...(of && { of }) }, 'yes');
  expect(rendered(guard('projects:create'))).toBe('yes');
  expect(rendered(guard('projects:delete'))).toBe('no');
  expect(rendered(guard('projects:update', { id: 'one' }))).toBe('yes');
  expect(rendered(guard('projects:update', { id: 'two' }))).toBe('no');
  expect(rendered(guard('projects:create'), null)).toBe('no');
  expect(renderToStaticMarkup(guard('projects:create'))).toBe('no');
});

const NewProject = () => (useCan()('projects:create') ? h('b', null, 'New') : null);

test('a hook asks the same', () => {
  expect(rendered(h(NewProject))).toBe('<b>New</b>');
});

test('a snapshot survives JSON', () => {
  const can = readSnapshot(JSON.parse(JSON.stringify(snapshot)) as PermissionSnapshot);
  expect([
    can('projects:read'),
    can('projects:update'),
    can('projects:update', { id: 'one' }),
  ]).toEqual([true, false, true]);
});

test('typed guards know the permissions', () => {
  type P = PermissionOf<typeof rbac>;
  const guards = guardsFor<P>();
  expectTypeOf<Parameters<typeof guards.Can>[0]['permission']>().toEqualTypeOf<P>();
  expect(guards.RbacProvider).toBe(RbacProvider);
});
