import { sql } from 'drizzle-orm';
import type { Callable } from './entries.ts';
import { columnsOf, pool, projects, tenancy } from './world.ts';

/** zod's part that a definition of actions needs. */
const schema = { safeParse: (data: unknown) => ({ success: true, data }) };

const options = {
  rbac: () => ({
    permissions: { projects: ['create', 'read'] },
    roles: { member: ['projects:read'], owner: ['*'] },
    owner: 'owner',
    userId: 'uuid',
    retention: { invitations: 30 },
    descriptions: { 'projects:read': 'Read projects' },
    names: { owner: 'Owner' },
  }),
  limits: (call: (name: string, ...args: unknown[]) => unknown) => ({
    features: {
      projects: call('plan-limits counted'),
      calls: call('plan-limits counter', { per: 'month' }),
      sso: call('plan-limits flag'),
    },
    plans: {
      free: { projects: 3, calls: { limit: 10, enforcement: 'soft', graceDays: 3 } },
      pro: { projects: 'unlimited', sso: true },
    },
    defaultPlan: 'free',
    addOns: { more: { projects: 3, sso: true } },
    thresholds: [80],
    status: 403,
    retention: { usageEvents: 30 },
  }),
  audit: () => ({
    actions: { 'project.created': schema },
    strict: false,
    captureFailures: 'recorded',
    personal: ['email'],
    maxMetadataBytes: 1024,
    evidence: 'sealed',
    keepMonths: 12,
    retention: { failures: 30 },
    archive: async () => {},
    table: ['public', 'audit_logs'],
    role: 'audit_writer',
  }),
  billing: (ports: object) => ({
    plans: { pro: { monthly: 'pro_monthly', yearly: ['pro_yearly'][0] } },
    free: 'free',
    addons: { more: ['more_monthly'] },
    seats: { prices: ['seat_monthly'], addon: 'seats' },
    meters: ['meter'],
    graceDays: 14,
    retention: { processedEvents: 30 },
    ...ports,
  }),
};

/** A sound call: the function, and its arguments. */
export type SoundCall = readonly [made: Callable, args: readonly unknown[]];

/** The features of an application, and its isolation. */
export function featuresOf(exported: ReadonlyMap<string, Callable>) {
  const call = (name: string, ...args: readonly unknown[]) =>
    (exported.get(name) as Callable)(...args);
  // biome-ignore lint/suspicious/noExplicitAny: packages above this one, read by their entries
  const made = (name: string, ...args: readonly unknown[]) => call(name, ...args) as any;

  const rls = made('rls defineIsolation', tenancy);
  const rbac = made('rbac defineRbac', tenancy, options.rbac());
  const limits = made('plan-limits defineLimits', tenancy, options.limits(call));
  const audit = made('audit-log defineAudit', tenancy, options.audit());
  const ports = { limits: { setPlan: async () => {} }, audit };
  const billing = made('stripe-billing defineBilling', tenancy, options.billing(ports));
  const placements = made('placements definePlacements', tenancy, { connect: () => undefined });
  const keys = made('rbac/api-keys apiKeys', rbac, { prefix: 'acme' });
  return { call, rls, rbac, limits, audit, ports, billing, placements, keys };
}

/** A sound call of each function of the features that an application calls when it starts. */
export function ofFeatures(
  exported: ReadonlyMap<string, Callable>,
): Readonly<Record<string, SoundCall>> {
  const own = (name: string): Callable => exported.get(name) as Callable;
  const { call, rls, rbac, limits, audit, ports, billing } = featuresOf(exported);
  const place = { connect: () => undefined, searchPath: ['public'], schemaTables: [projects] };
  const where = { read: sql`true`, write: { insert: sql`true` } };

  // as a fragment gets them
  const t = columnsOf('projects') as typeof projects._.columns;
  const [organizations, users] = [columnsOf('organizations'), columnsOf('users')];

  return {
    'rls defineIsolation': [own('rls defineIsolation'), [tenancy]],
    'rls isolate': [
      rls.isolate,
      [
        t,
        {
          tenant: t.organizationId,
          key: [t.id],
          unique: [t.id],
          access: 'all',
          systemAccess: 'all',
          readOnly: [t.number],
          ...where,
        },
      ],
    ],
    'rls tenants': [rls.tenants, [organizations, { readOnly: [], ...where }]],
    'rls reference': [
      rls.reference,
      [t, { column: [t.parentId], to: () => projects, property: ['id'], onDelete: 'cascade' }],
    ],
    'rls searchable': [
      rls.searchable,
      [t, { name: { fullText: 'english' } }, { newest: t.id, tenantFirst: true }],
    ],
    'rls numbered': [rls.numbered, [t, { column: t.number, by: [t.parentId], timeZone: 'UTC' }]],
    'rls numbered by a pattern': [
      rls.numbered,
      [
        t,
        {
          column: t.name,
          pattern: '{year}-{0000}',
          period: t.number,
          sequence: t.number,
          at: t.number,
          order: t.number,
        },
      ],
    ],
    'rls isolateThrough': [
      rls.isolateThrough,
      [t, { column: t.parentId, parent: () => projects, property: 'id', ...where }],
    ],
    'rls visibleThrough': [
      rls.visibleThrough,
      [users, { link: () => projects, property: 'parentId' }],
    ],
    'rls shared': [rls.shared, [users]],
    'rls systemOnly': [rls.systemOnly, [users]],
    'rls matches': [own('rls matches'), [projects.name, 'text', { first: undefined }]],
    'rls matchesText': [
      own('rls matchesText'),
      [projects.name, 'text', { from: 1, as: 'p', casing: 'snake_case' }],
    ],
    'rls bulkInsert': [
      own('rls bulkInsert'),
      [projects, [{ id: '018f4d7e-0000-7000-8000-000000000000', name: 'any' }], {}],
    ],
    'rls/upkeep startUpkeep': [
      own('rls/upkeep startUpkeep'),
      [pool, { features: [rbac], tasks: [], onError: () => {}, onReport: () => {} }],
    ],
    'rls/upkeep runUpkeep': [own('rls/upkeep runUpkeep'), [pool, { features: [], tasks: [] }]],
    'rls/model defineTables': [own('rls/model defineTables'), [{ projects: () => [] }]],
    'rls/model featureTables': [own('rls/model featureTables'), [rbac, { roles: 'roles' }]],
    'cli featureTables': [own('cli featureTables'), [rbac, { roles: 'roles' }]],
    'rbac defineRbac': [own('rbac defineRbac'), [tenancy, options.rbac()]],
    'rbac isolate': [
      rbac.isolate,
      [
        t,
        {
          read: 'projects:read',
          write: {
            insert: { permission: 'projects:create' },
            update: { permission: 'projects:create', of: t.id, resource: 'projects' },
          },
        },
      ],
    ],
    'rbac requires': [rbac.requires, ['projects:read', { of: () => 'id', resource: 'projects' }]],
    'rbac builtInRoleId': [rbac.builtInRoleId, ['owner']],
    'rbac start': [rbac.start, [pool, { onError: () => {}, onReport: () => {} }]],
    'rbac createPermissionCache': [
      own('rbac createPermissionCache'),
      [rbac, pool, { ttlSeconds: 30, maxEntries: 100 }],
    ],
    'rbac/api-keys apiKeys': [own('rbac/api-keys apiKeys'), [rbac, { prefix: 'acme' }]],
    'plan-limits defineLimits': [own('plan-limits defineLimits'), [tenancy, options.limits(call)]],
    'plan-limits counted': [own('plan-limits counted'), [{ mode: 'live' }]],
    'plan-limits counter': [own('plan-limits counter'), [{ per: 'month' }]],
    'plan-limits flag': [own('plan-limits flag'), []],
    'plan-limits counts': [
      limits.counts,
      [t, 'projects', { name: ['a', null], number: { not: [1] } }],
    ],
    'plan-limits requires': [limits.requires, ['sso']],
    'plan-limits consumes': [limits.consumes, ['calls', { amount: 1 }]],
    'plan-limits start': [limits.start, [pool, { onError: () => {} }]],
    'audit-log defineAudit': [own('audit-log defineAudit'), [tenancy, options.audit()]],
    'audit-log audited': [
      own('audit-log audited'),
      [
        t,
        {
          resource: 'project',
          id: ['id'],
          exclude: ['number'],
          mask: ['name'],
          personal: ['name'],
        },
      ],
    ],
    'audit-log start': [audit.start, [pool, { sealEveryMs: 1000, maintainEveryMs: 1000 }]],
    'placements definePlacements': [
      own('placements definePlacements'),
      [tenancy, { ...place, maxConnections: 10, maxPerDatabase: 5, fair: { maxClients: 2 } }],
    ],
    'placements masked': [own('placements masked'), [t, { name: 'name' }]],
    'stripe-billing defineBilling': [
      own('stripe-billing defineBilling'),
      [tenancy, options.billing(ports)],
    ],
    'stripe-billing connect': [
      billing.connect,
      [
        pool,
        {
          stripe: {},
          livemode: false,
          webhookSecrets: ['whsec_1'],
          account: 'default',
          connectedAccount: 'acct_1',
          returnOrigins: ['https://acme.app'],
          onReceived: () => {},
          onAlert: () => {},
          logger: console,
          toleranceSeconds: 300,
          clock: () => new Date(),
          onStep: () => {},
        },
      ],
    ],
  };
}
