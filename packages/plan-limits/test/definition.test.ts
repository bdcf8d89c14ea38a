import { pgTable } from 'drizzle-orm/pg-core';
import { expect, expectTypeOf, test } from 'vitest';
import { counted, counter, defineLimits, flag, unlimited } from '../src/index.ts';
import { limits } from './fixtures/limits.ts';
import { clientColumns, tenancy } from './fixtures/schema.ts';

const define = (options: object) =>
  defineLimits(tenancy, {
    features: { projects: counted(), calls: counter({ per: 'month' }), sso: flag() },
    plans: { free: {} },
    defaultPlan: 'free',
    ...options,
  } as never);

test.each([
  ['no features', { features: {} }, 'no features'],
  ['a default plan that is none', { defaultPlan: 'gold' }, 'defaultPlan'],
  ['a negative limit', { plans: { free: { projects: -1 } } }, 'limit -1'],
  ['a fractional limit', { plans: { free: { projects: 1.5 } } }, 'limit 1.5'],
  ['a limit beyond 2^53', { plans: { free: { projects: 2 ** 53 } } }, 'limit'],
  ['a limit that is text', { plans: { free: { projects: '3' } } }, 'limit "3"'],
  ['a flag with a limit', { plans: { free: { sso: 1 } } }, 'sso of plan free'],
  ['a limit that is true', { plans: { free: { projects: true } } }, 'projects of plan free'],
  ['an unknown feature', { plans: { free: { nothing: 1 } } }, 'nothing of plan free'],
  [
    'days of grace that are none',
    { plans: { free: { projects: { limit: 1, graceDays: 0.5 } } } },
    'graceDays',
  ],
  [
    'an enforcement that is none',
    { plans: { free: { projects: { limit: 1, enforcement: 'firm' } } } },
    'enforcement',
  ],
  ['a plan name with a space', { plans: { free: {}, 'very free': {} } }, 'very free'],
  ['a feature name with a dash', { features: { 'api-calls': flag() } }, 'api-calls'],
  [
    'an add-on of an unknown feature',
    { addOns: { more: { nothing: 1 } } },
    'nothing of add-on more',
  ],
  ['thresholds beyond 100', { thresholds: [120] }, 'thresholds'],
  ['another status', { status: 418 }, 'status'],
])('%s is refused by name', (_, options, found) => {
  expect(() => define(options)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', found: expect.stringContaining(found) }),
  );
});

test('counted and counter refuse what they cannot do', () => {
  expect(() => counter({ per: 'week' as never })).toThrow('per');
  expect(() => counted({ mode: 'lazy' as never })).toThrow('mode');
});

test('what is defined is frozen', () => {
  expect(Object.isFrozen(limits)).toBe(true);
  expect(limits.name).toBe('plan-limits');
  expect(limits.flags).toEqual(['sso']);
});

test('misuse does not compile', () => {
  expectTypeOf<Parameters<typeof limits.consume>[1]>().toEqualTypeOf<
    'apiCalls' | 'exports' | 'credits'
  >();
  // the tenant goes by the tenancy's own word
  expectTypeOf<Parameters<typeof limits.getPlan>[1]>().toEqualTypeOf<{
    readonly organizationId: string;
  }>();
  const misuses = () => {
    // @ts-expect-error projects are counted, not consumed
    void limits.consume({} as never, 'projects');
    // @ts-expect-error there is no such feature
    void limits.check({} as never, 'nothing');
    // @ts-expect-error the tenant is an organization
    void limits.usage({} as never, { workspaceId: 'x' });
    // @ts-expect-error seats are counted, not consumed
    limits.consumes('seats');
    // @ts-expect-error there is no such feature
    limits.requires('nothing');
    pgTable('clients', clientColumns(), (t) => [
      // @ts-expect-error there is no such column
      ...limits.counts(t, 'activeClients', { stat: 'active' }),
      // @ts-expect-error a counter counts no rows
      ...limits.counts(t, 'apiCalls'),
      // @ts-expect-error there is no such feature
      ...limits.counts(t, 'nothing'),
      ...limits.counts(t, 'activeClients', { status: ['active', 'lead'] }),
    ]);
    defineLimits(tenancy, {
      features: { projects: counted(), sso: flag() },
      // @ts-expect-error a flag has no limit
      plans: { free: { sso: 3 } },
      defaultPlan: 'free',
    });
    defineLimits(tenancy, {
      features: { projects: counted() },
      // @ts-expect-error there is no such feature
      plans: { free: { project: 3 } },
      defaultPlan: 'free',
    });
    defineLimits(tenancy, {
      features: { projects: counted() },
      plans: { free: { projects: unlimited } },
      // @ts-expect-error there is no such plan
      defaultPlan: 'gold',
    });
  };
  expect(misuses).toBeTypeOf('function');
});
