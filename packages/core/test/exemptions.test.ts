import { describe, expect, test } from 'vitest';
import { exemptionMatcher } from '../src/exemptions.ts';

describe('exemptions', () => {
  const exempt = exemptionMatcher({
    'pgboss.*': 'the queue',
    sessions: 'of the auth library',
    'drizzle.__drizzle_migrations': 'of drizzle-kit',
    'auth_*': 'of the auth library',
    'graphile_worker._private_*': 'the worker',
  });

  test.each([
    ['pgboss', 'job', 'pgboss.*'],
    ['pgboss', 'a.b', 'pgboss.*'],
    ['public', 'sessions', 'sessions'],
    ['drizzle', '__drizzle_migrations', 'drizzle.__drizzle_migrations'],
    ['public', 'auth_tokens', 'auth_*'],
    ['graphile_worker', '_private_jobs', 'graphile_worker._private_*'],
  ])('%s.%s is exempt by %s', (schema, name, key) => {
    expect(exempt.find(schema, name)?.key).toBe(key);
  });

  test.each([
    ['pgboss2', 'job'],
    ['public', 'pgboss'],
    ['crm', 'sessions'],
    ['public', 'my_sessions'],
    ['public', 'sessions2'],
    ['graphile_worker', 'jobs'],
  ])('%s.%s is not', (schema, name) => {
    expect(exempt.find(schema, name)).toBeUndefined();
  });

  test('what named nothing is told', () => {
    const fresh = exemptionMatcher({ 'pgboss.*': 'the queue', old: 'gone since' });
    fresh.find('pgboss', 'job');
    expect(fresh.unused()).toEqual(['old']);
  });

  test.each([
    [{ '*': 'everything' }, 'every table'],
    [{ 'public.*': 'everything' }, 'every table'],
    [{ 'tenantry.*': 'ours' }, 'where Tenantry keeps'],
    [{ 'a.b.c': 'three parts' }, 'no table'],
    [{ '*.*': 'everything' }, 'no table'],
    [{ '': 'nothing' }, 'no table'],
    [{ 'pgboss.*': '' }, 'without a reason'],
    [{ 'pgboss.*': undefined as unknown as string }, 'without a reason'],
  ])('%j is refused', (list, found) => {
    expect(() => exemptionMatcher(list)).toThrow(found);
  });
});
