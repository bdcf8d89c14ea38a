import { expect, test } from 'vitest';
import { defineTenancy } from '../../src/index.ts';
import { runningScope } from '../../src/scope/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });

test('scopes of one tenant share what is kept of them, others do not', async () => {
  const roots: object[] = [];
  const look = () => void roots.push(runningScope(tenancy).root);
  await tenancy.run({ organizationId: 'acme', user: 'ada' }, async () => {
    look();
    await tenancy.run('acme', look);
    expect(runningScope(tenancy)).toMatchObject({
      kind: 'tenant',
      tenant: 'acme',
      actor: { user: 'ada' },
      facts: null,
    });
    await tenancy.asSystem({ reason: 'test', actor: 'test' }, look);
  });
  await tenancy.run('acme', look);
  expect(roots[1]).toBe(roots[0]);
  expect(new Set(roots).size).toBe(3);
});

test('outside a scope there is none', () => {
  expect(() => runningScope(tenancy)).toThrow('TENANT_CONTEXT_MISSING');
});
