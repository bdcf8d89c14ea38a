import type { Callable } from './entries.ts';
import { ofOthers } from './mutations.ts';
import { featuresOf, type SoundCall } from './of-features.ts';
import { pool, tenancy } from './world.ts';

const tenant = '018f4d7e-0000-7000-8000-000000000000';
const inTenant = { organizationId: tenant, user: 'ada' };
const inSystem = { reason: 'a wrong argument', actor: 'test', write: true };
const when = new Date(0);

/** A client of Stripe whose calls all fail. */
const stripe: unknown = new Proxy(() => Promise.reject(ofOthers), {
  get: (_, name) => (name === 'then' ? undefined : stripe),
});

type Methods = Readonly<Record<string, readonly [method: Callable, ...args: unknown[]]>>;

/** A sound call of each method that takes options, in the scope where it is called. */
export function ofMethods(exported: ReadonlyMap<string, Callable>): ReadonlyMap<string, SoundCall> {
  const { rbac, limits, audit, billing, placements, keys } = featuresOf(exported);
  const runtime = billing.connect(pool, {
    stripe,
    livemode: false,
    webhookSecrets: ['whsec_1'],
  });
  const of = { organizationId: tenant };
  const on = { type: 'projects', id: '1' };
  const session = { success_url: 'https://acme.app' };
  const tokens = { token: `${'a'.repeat(43)}`, user: 'ada', email: 'ada@acme.app' };

  const inTenants: Methods = {
    'rbac.members.add': [rbac.members.add, pool, { user: 'ada', role: 'member' }],
    'rbac.members.remove': [rbac.members.remove, pool, { user: 'ada' }],
    'rbac.members.assign': [
      rbac.members.assign,
      pool,
      { ...of, user: 'ada', role: 'member', on, expiresAt: when },
    ],
    'rbac.members.unassign': [rbac.members.unassign, pool, { user: 'ada', role: 'member', on }],
    'rbac.members.transferOwnership': [
      rbac.members.transferOwnership,
      pool,
      { user: 'ada', keep: 'member' },
    ],
    'rbac.roles.list': [rbac.roles.list, pool, of],
    'rbac.roles.save': [
      rbac.roles.save,
      pool,
      { key: 'clerk', name: 'Clerk', parent: 'member', permissions: ['projects:read'] },
    ],
    'rbac.roles.remove': [rbac.roles.remove, pool, { key: 'clerk' }],
    'rbac.roles.preview of a role': [
      rbac.roles.preview,
      pool,
      { role: 'clerk', permissions: ['projects:read'], parent: 'member' },
    ],
    'rbac.roles.preview of a user': [rbac.roles.preview, pool, { user: 'ada', roles: ['clerk'] }],
    'rbac.invitations.create': [
      rbac.invitations.create,
      pool,
      { email: 'ada@acme.app', role: 'member', expiresInSeconds: 60 },
    ],
    'rbac.invitations.resend': [
      rbac.invitations.resend,
      pool,
      { id: tenant, expiresInSeconds: 60 },
    ],
    'rbac.invitations.revoke': [rbac.invitations.revoke, pool, { id: tenant }],
    'rbac.invitations.list': [
      rbac.invitations.list,
      pool,
      { limit: 5, state: 'open', after: undefined },
    ],
    'rbac.explain': [
      rbac.explain,
      pool,
      'projects:read',
      { user: 'ada', of: { id: '1', resource: 'projects' } },
    ],
    'keys.create': [
      keys.create,
      pool,
      { name: 'ci', permissions: ['projects:read'], expiresAt: when },
    ],
    'keys.rotate': [keys.rotate, pool, { id: tenant, overlapSeconds: 60 }],
    'keys.revoke': [keys.revoke, pool, { id: tenant }],
    'keys.list': [keys.list, pool, { limit: 5, after: undefined }],
    'limits.consume': [limits.consume, pool, 'calls', 1, { ...of, key: 'a' }],
    'limits.reserve': [limits.reserve, pool, 'calls', 1, { key: 'a', expiresInSeconds: 60 }],
    'limits.confirm': [limits.confirm, pool, 'calls', { key: 'a', amount: 1 }],
    'limits.release': [limits.release, pool, 'calls', { key: 'a' }],
    'limits.refund': [limits.refund, pool, 'calls', { key: 'a' }],
    'limits.check': [limits.check, pool, 'projects', 1, of],
    'limits.require': [limits.require, pool, 'projects', of],
    'limits.usage': [limits.usage, pool, of],
    'limits.explain': [limits.explain, pool, 'projects', of],
    'limits.previewPlanChange': [limits.previewPlanChange, pool, 'pro', of],
    'limits.entitlementsAt': [limits.entitlementsAt, pool, when, of],
    'limits.history': [limits.history, pool, { ...of, limit: 5 }],
    'audit.query': [
      audit.query,
      pool,
      {
        limit: 5,
        action: ['project.*'],
        actor: 'ada',
        resource: ['project', '1'],
        from: when,
        to: '2026-01-01',
        after: null,
      },
    ],
    'audit.verify': [audit.verify, pool, { from: when, to: when, anchors: [], onProgress() {} }],
    'audit.prove': [audit.prove, pool, tenant],
    'runtime.checkout': [
      runtime.checkout,
      {
        plan: 'pro',
        interval: 'monthly',
        successUrl: 'https://acme.app',
        cancelUrl: 'https://acme.app',
        addons: { more: 1 },
        trialDays: 3,
        customer: { email: 'ada@acme.app', name: 'Ada' },
        session,
      },
    ],
    'runtime.portal': [
      runtime.portal,
      { returnUrl: 'https://acme.app', customer: { email: 'ada@acme.app' } },
    ],
  };
  const inSystems: Methods = {
    'rbac.invitations.accept': [rbac.invitations.accept, pool, tokens],
    'rbac.invitations.find': [rbac.invitations.find, pool, tokens.token],
    'rbac.upkeep': [rbac.upkeep, pool, { retention: { invitations: 30 } }],
    'limits.setPlan': [
      limits.setPlan,
      pool,
      {
        ...of,
        plan: 'pro',
        source: 'support',
        addons: { more: 1 },
        trialEndsAt: when,
        periodStart: when,
        periodEnd: null,
        readOnly: false,
        version: 1,
      },
    ],
    'limits.getPlan': [limits.getPlan, pool, of],
    'limits.startTrial': [limits.startTrial, pool, { ...of, plan: 'pro', endsAt: when }],
    'limits.addOverride': [
      limits.addOverride,
      pool,
      {
        ...of,
        feature: 'projects',
        set: 5,
        startsAt: when,
        endsAt: when,
        reason: 'a gift',
        actor: 'support',
      },
    ],
    'limits.endOverride': [limits.endOverride, pool, { ...of, id: tenant }],
    'limits.sync': [limits.sync, pool, { overwrite: false }],
    'limits.takeEvents': [limits.takeEvents, pool, { batchSize: 5 }],
    'limits.upkeep': [limits.upkeep, pool, { retention: { usageEvents: 30 }, batchSize: 5 }],
    'limits.recount': [limits.recount, pool, 'projects'],
    'audit.maintain': [audit.maintain, pool, { monthsAhead: 3, keepMonths: 12, archive() {} }],
    'audit.erase': [
      audit.erase,
      pool,
      { ...of, user: 'ada', reason: 'asked for', resources: ['user'] },
    ],
    'audit.hold': [audit.hold, pool, { ...of, reason: 'a court' }],
    'audit.release': [audit.release, pool, { ...of, reason: 'a court' }],
    'audit.setRetention': [audit.setRetention, pool, { ...of, months: 12, reason: 'a contract' }],
    'audit.deliver': [
      audit.deliver,
      pool,
      { name: 'siem', deliver() {} },
      { batchSize: 5, leaseMs: 1000, mostBatches: 1 },
    ],
    'audit.upkeep': [audit.upkeep, pool, { retention: { failures: 30 } }],
    'audit.examine': [audit.examine, pool, { mostLagSeconds: 5 }],
    'billing.upkeep': [
      billing.upkeep,
      pool,
      { retention: { processedEvents: 30 }, batchSize: 5, signal: undefined },
    ],
    'runtime.refresh': [runtime.refresh, of],
    'runtime.account': [runtime.account, { move: false }],
    'runtime.dead': [runtime.dead, { limit: 5 }],
    'runtime.link': [runtime.link, { ...of, customer: 'cus_1', replace: false }],
    'placements.suspend': [placements.suspend, pool, { ...of, reason: 'unpaid' }],
    'placements.restore': [placements.restore, pool, of],
    'placements.place': [placements.place, pool, { ...of, place: 'eu' }],
  };
  const outside: Methods = {
    'tenancy.run': [tenancy.run as Callable, { ...inTenant, timeoutMs: 1000 }, () => {}],
    'tenancy.asSystem': [
      tenancy.asSystem as Callable,
      { ...inSystem, timeoutMs: 1000, statements: 'data' },
      () => {},
    ],
    'tenancy.bind': [tenancy.bind as Callable, () => {}],
    'tenancy.outside': [tenancy.outside as Callable, () => {}],
    'tenancy.openCapture': [tenancy.openCapture as Callable, 'a token'],
    'pool.enter': [
      ((...args) => pool.enter(...(args as Parameters<typeof pool.enter>))) as Callable,
      { claim: { by: 'id', value: tenant }, user: 'ada', verify: 'now', timeoutMs: 1000 },
      () => {},
    ],
    'pool.resume': [
      ((...args) => pool.resume(...(args as Parameters<typeof pool.resume>))) as Callable,
      'a token',
      () => {},
    ],
    'placements.acrossTenants': [
      (...args) => placements.acrossTenants(...args).next(),
      pool,
      { ...inSystem, parallel: 2, timeoutMs: 1000 },
      () => {},
    ],
  };
  const scoped = (methods: Methods, run: (fn: () => unknown) => unknown) =>
    Object.entries(methods).map(([name, [method, ...args]]): [string, SoundCall] => [
      name,
      [(...given) => run(() => method(...given)), args],
    ]);
  return new Map([
    ...scoped(inTenants, (fn) => tenancy.run(inTenant, fn)),
    ...scoped(inSystems, (fn) => tenancy.asSystem(inSystem, fn)),
    ...scoped(outside, (fn) => fn()),
  ]);
}
