import { expect, test } from 'vitest';
import { asksTenantOf, isTenantIf } from '../../src/doctor/context-of.ts';

const of = { schema: 'tenantry', setting: 'app.organization_id' };

test.each([
  ["current_setting('app.organization_id', true)", true],
  ['tenantry.current_tenant()', true],
  ['tenantry.routed_tenant()', true],
  ["tenantry.tenant_if_can('projects:read')", true],
  ["current_setting('app.team_id', true)", false],
  ['old_tenantry.current_tenant()', false],
  ["old_tenantry.tenant_if_can('projects:read')", false],
  ["tenantry.can('projects:read')", false],
])('%s asks for the tenant: %s', (expression, asks) => {
  expect(asksTenantOf(of, expression)).toBe(asks);
});

test('a term of a role is known from the tenant itself', () => {
  expect(isTenantIf(of, "tenantry.tenant_if_can('projects:read')")).toBe(true);
  expect(isTenantIf(of, 'tenantry.current_tenant()')).toBe(false);
});
