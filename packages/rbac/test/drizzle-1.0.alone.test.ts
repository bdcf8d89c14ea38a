import { generate } from '@tenantry/rls/generate';
import { pgTable } from 'drizzle-orm/pg-core';
import { pgTable as pgTable10 } from 'drizzle-orm-rc/pg-core';
import { expect, test, vi } from 'vitest';
import * as schema from './support/schema.ts';

// Not a mock: the same imports reach Drizzle 1.0 instead of 0.45.
vi.mock('drizzle-orm', () => import('drizzle-orm-rc'));
vi.mock('drizzle-orm/pg-core', () => import('drizzle-orm-rc/pg-core'));

const { tenancy, rbac, organizations, memberships } = schema;

test('this file runs on Drizzle 1.0', () => {
  expect(pgTable).toBe(pgTable10);
});

test('the fragments build the tables, and the generator the SQL', () => {
  const { sections } = generate({
    tenancy,
    schema,
    directory: { tenant: organizations.id, member: memberships.userId },
    features: [rbac],
  });
  expect(sections.map(({ id }) => id)).toContain('rbac:invariants');
  const text = sections.flatMap(({ statements }) => statements).join('\n');
  expect(text).toContain('create or replace function tenantry.can(text) returns boolean');
  const sql = text.slice(text.indexOf('create policy "projects_may_select"'));
  expect(sql).toContain("(select tenantry.can('projects:read'))");
  expect(sql).toContain("tenantry.allowed_ids('projects:read', 'projects'))::uuid[]");
});
