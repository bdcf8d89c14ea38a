import { pool, projects, tenancy } from './world.ts';

const user = () => 'user';
const adapter = () => [
  pool,
  {
    resolve: () => undefined,
    user,
    access: 'member',
    verify: 'now',
    timeoutMs: 1000,
    ip: () => undefined,
    requestId: () => undefined,
    cancelOnDisconnect: false,
    errors: 'answer',
    logger: console,
  },
];
const requires = { requires: 'nothing', check: async () => undefined };
const token = () => ({
  issuer: 'https://issuer.example',
  audience: ['app'],
  accept: () => true,
  algorithms: ['RS256'],
  jwksUrl: 'https://issuer.example/keys',
  clockToleranceSeconds: 0,
  token: () => undefined,
  claim: ['sub'],
});

/** A sound call of each function that an application calls when it starts. */
export const ofCore: Readonly<Record<string, () => unknown[]>> = {
  'core defineTenancy': () => [
    {
      tenant: 'organization',
      id: 'uuid',
      column: 'organization_id',
      roles: { app: 'app', system: 'system' },
      context: 'plain',
      schema: 'tenantry',
      secret: ['a secret of more than thirty-two characters'],
    },
  ],
  'core createTenantPool': () => [
    tenancy,
    {
      connectionString: 'postgres://127.0.0.1:1/none',
      port: 5432,
      max: 2,
      query_timeout: 1000,
      system: { connectionString: 'postgres://127.0.0.1:1/none' },
      preparedStatements: 256,
      maxStatementAgeMs: 1000,
      accept: [],
      exempt: { 'pgboss.*': 'the queue' },
      contextSecret: 'a secret of more than thirty-two characters',
      witness: { mode: 'observe', columns: { teams: false }, role: 'app', onObserved: () => {} },
      logger: console,
    },
  ],
  'core exemptionMatcher': () => [{ 'pgboss.*': 'the queue' }, 'tenantry'],
  'core/adapter createGuardCheck': () => [[requires]],
  'core/adapter createTenantGate': () => [adapter()[0], () => ({}), adapter()[1]],
  'core/adapter readAdapterOptions': () => adapter().slice(1),
  'core/express guard': () => [requires],
  'core/express tenantErrors': () => [{ logger: console }],
  'core/express tenantMiddleware': adapter,
  'core/express webhook': () => [() => new Response(), { maxBytes: 1024 }],
  'core/fastify guard': () => [requires],
  'core/fastify tenantPlugin': () => [
    adapter()[0],
    { ...(adapter()[1] as object), hook: 'onRequest' },
  ],
  'core/fastify webhook': () => [() => new Response(), { maxBytes: 1024 }],
  'core/hono guard': () => [requires],
  'core/hono tenantMiddleware': adapter,
  'core/jwt jwtClaim': () => [{ ...token(), by: 'id' }],
  'core/jwt jwtUser': () => [token()],
  'core/log logFields': () => [tenancy],
  'core/next createTenantNext': () => [
    adapter()[0],
    { ...(adapter()[1] as object), refused: () => {} },
  ],
  'core/next sharedTenantPool': () => [
    tenancy,
    { name: 'arguments', connectionString: 'postgres://127.0.0.1:1/none' },
  ],
  'core/otel startTelemetry': () => [pool, { queryText: true }],
  'core/placement routed': () => [
    {
      connect: () => undefined,
      searchPath: (schema: string) => schema,
      maxConnections: 1,
      maxPerDatabase: 1,
      fair: { maxClients: 1, maxWaiting: 1, weight: () => 1 },
    },
  ],
  'core/placement sharedTables': () => [
    { fair: { maxClients: 1, maxWaiting: 1, weight: () => 1 } },
  ],
  'core/resolvers chain': () => [[() => undefined], { agree: true }],
  'core/resolvers customDomain': () => [{ except: ['acme.app'], by: 'domain', trustProxy: false }],
  'core/resolvers header': () => ['x-organization', { by: 'id' }],
  'core/resolvers param': () => ['slug', { by: 'slug' }],
  'core/resolvers path': () => ['/orgs/:slug/*', { by: 'slug' }],
  'core/resolvers subdomain': () => [
    { root: ['acme.app'], ignore: ['www'], by: 'slug', ownsSuffix: true, trustProxy: false },
  ],
  'cli defineConfig': () => [
    { tenancy, directory: { tenant: projects.id, member: projects.id }, features: [] },
  ],
  'cli defineTables': () => [{ projects: () => [] }],
};
