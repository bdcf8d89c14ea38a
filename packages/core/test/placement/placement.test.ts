import { expect, test } from 'vitest';
import { placeOf, sharedPlacement } from '../../src/placement/placement.ts';
import { planKeyOf } from '../../src/pool/placed/schema-executors.ts';
import { currentScope } from '../../src/scope/current.ts';
import type { Scope } from '../../src/scope/scope.ts';
import { statementName } from '../../src/wire/statement-cache.ts';
import { acme, tenancy } from '../support/database.ts';

const scope = async () => currentScope(tenancy.setting);

test('tenants share a place, and system work has its own', async () => {
  const placement = sharedPlacement('app', 'system');
  expect(placement.executors).toEqual(['app', 'system']);
  const executorOf = async (of: Scope) => placement.at(of, async (executor) => executor);
  expect(await executorOf(await tenancy.run(acme, scope))).toBe('app');
  const entry = { reason: 'a test', actor: 'tests' };
  expect(await executorOf(await tenancy.asSystem(entry, scope))).toBe('system');
  const elsewhere = await tenancy.asSystem({ ...entry, place: 'eu1' }, scope);
  await expect(executorOf(elsewhere)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a name of a statement depends on its text, the role and the path', () => {
  const planKeys = [
    placeOf('app').planKey,
    planKeyOf('app', 't_1, extensions'),
    planKeyOf('app', 't_2'),
    placeOf('system').planKey,
  ];
  const names = planKeys.flatMap((planKey) => [
    statementName(planKey, 'select 1'),
    statementName(planKey, 'select 2'),
  ]);
  expect(new Set(names).size).toBe(names.length);
  expect(placeOf('app').planKey).toBe('app');
});
