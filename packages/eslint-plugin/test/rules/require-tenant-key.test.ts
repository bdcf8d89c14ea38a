import { requireTenantKey } from '../../src/rules/require-tenant-key.ts';
import { type Cases, type Invalid, runRule } from '../support/run-rule.ts';

const query = 'await db.select().from(projects)';
const inScope = (code: string) => `async function list(id, project) { ${code}; return ${query}; }`;
const wrong = (codes: string[], suggestions = 0, messageId = 'noTenant'): Invalid[] =>
  codes.map((code) => ({ code, errors: [{ messageId, ...(suggestions > 0 && { suggestions }) }] }));

const cases: Cases = {
  valid: [
    ...[
      // made by tenancy.key, under any name, and in what is made of it
      `await redis.get(tenancy.key('projects', id))`,
      `await redis.get(workspaces.key('projects'))`,
      `const key = tenancy.key('projects'); await redis.set(key, 1)`,
      `await redis.get(\`v2:\${tenancy.key("projects")}\`)`,
      `await redis.get('v2:' + tenancy.key('projects'))`,
      `await redis.del([tenancy.key('a'), tenancy.key('b')])`,
      `await redis.get(hash(tenancy.key('projects')))`,
      `const key = id ? tenancy.key('projects', id) : tenancy.key('projects'); cache.get(key)`,
      `const keyOf = (id) => tenancy.key('projects', id); cache.get(keyOf(id))`,
      `cache.wrap(tenancy.key('projects'), () => db.select().from(projects))`,
      // made by hand with the tenant in it
      `await redis.get(\`projects:\${organizationId}\`)`,
      `await redis.get(\`projects:\${tenancy.current().organizationId}\`)`,
      `await redis.get(\`projects:\${org.id}:\${id}\`)`,
      `cache.get(project.tenant_id)`,
      `cache.get(JSON.stringify({ organizationId, id }))`,
      `cache.get(['projects', teamId].join(':'))`,
      // made elsewhere
      `await redis.get(keys.projects(id))`,
      `await redis.get(cacheKey)`,
      `await redis.get(this.prefix)`,
      // no cache, or one that ends with its scope
      `const cache = new Map(); cache.set(id, project)`,
      `const cache = new WeakMap(); cache.get(project)`,
      `session.get('projects'); headers.get('cache-control'); rows.get(id)`,
      `redis.publish('projects', id); await redis.connect(); cache.clear()`,
      `redis.get(); redis.get(...id)`,
    ].map(inScope),
    // nothing of a tenant is near
    `export async function read(sid) { return redis.get('session:' + sid); }`,
    'export const cached = async (id, load) => (await redis.get(id)) ?? load();',
    `app.get('/a', async () => redis.get('visits')); app.get('/b', async (c) => c.json(${query}));`,
    // a key from elsewhere, in a file of a tenancy
    `import { tenancy } from './tenancy.js'; export const get = (key, id) => [redis.get(key), redis.get(id)];`,
    // no tenant's
    `tenancy.asSystem(why, async () => { await redis.set('totals', ${query}); });`,
    `const sweep = tenancy.outside(async () => { await redis.del('totals'); ${query}; });`,
    { options: [{ shared: ['rates'] }], code: inScope(`await redis.get('rates:eur')`) },
    { options: [{ shared: ['rates:'] }], code: inScope(`await redis.get(\`rates:\${id}\`)`) },
    { options: [{ makers: ['made'] }], code: inScope(`const made = () => 'a'; cache.get(made())`) },
    { options: [{ caches: ['store'] }], code: inScope(`await cache.get('projects')`) },
    { options: [{ handles: ['orm'] }], code: inScope(`await redis.get('projects')`) },
    { filename: 'scripts/warm.ts', code: inScope(`await redis.get('projects')`) },
    // results that are kept
    `import { unstable_cache } from 'next/cache'; ${inScope(
      `const load = unstable_cache(() => db.select().from(projects), [tenancy.key('projects')])`,
    )}`,
    `import { unstable_cache } from 'next/cache'; export const load = unstable_cache((organizationId) => db.select().from(projects), ['projects']);`,
    `import { unstable_cache } from 'next/cache'; export const rates = unstable_cache(() => fetch(url), ['rates']);`,
    `import { unstable_cache } from 'next/cache'; export const load = unstable_cache(load2, ['a']);`,
    `import { cache } from 'react'; export const load = cache((id) => db.select().from(projects));`,
    {
      options: [{ react: true }],
      code: `import { cache } from 'react'; export const load = cache((teamId, id) => db.select().from(projects)); export const one = cache(() => 1);`,
    },
  ],
  invalid: [
    ...wrong(
      [
        // by the name of the cache
        `await redis.get('projects')`,
        `await redis.get(\`projects:\${id}\`)`,
        `await redisClient.setEx('projects', 60, '1')`,
        `await this.cache.get('projects')`,
        `await getCache().get('projects')`,
        `await redis.multi().set('projects', 1).exec()`,
        `await redis?.hGet('projects', id)`,
        `cache.wrap('projects', () => db.select().from(projects))`,
      ].map(inScope),
      1,
    ),
    ...wrong(
      [
        `await redis.get('projects:' + id)`,
        `await redis.get(id)`,
        `cache.set(project.id, project)`,
        `const key = 'projects'; cache.get(key)`,
        `let key = tenancy.key('a'); key = 'projects'; cache.get(key)`,
        `const key = id ? tenancy.key('projects', id) : 'projects'; cache.get(key)`,
        `const KEYS = { list: 'projects' }; cache.get(KEYS.list)`,
        `const keyOf = (id) => \`projects:\${id}\`; cache.get(keyOf(id))`,
        `cache.get(keyOf(id)); function keyOf(id) { return ['projects', id].join(':'); }`,
        `cache.get(JSON.stringify({ id }))`,
        `cache.get(String(id))`,
      ].map(inScope),
    ),
    // by the module
    ...wrong(
      [
        `import { Redis } from 'ioredis'; const r = new Redis(); ${inScope(`await r.get('a')`)}`,
        `import { createClient } from 'redis'; const r = await createClient().on('error', log).connect(); ${inScope(`await r.get('a')`)}`,
        `import { LRUCache } from 'lru-cache'; const kept = new LRUCache({ max: 9 }); ${inScope(`kept.get('a')`)}`,
        `import Keyv from 'keyv'; const kept = new Keyv(); ${inScope(`await kept.get('a')`)}`,
        `const NodeCache = require('node-cache'); const kept = new NodeCache(); ${inScope(`kept.take('a')`)}`,
        `const projectCache = new Map(); ${inScope(`projectCache.has('a')`)}`,
        // a query that a function of the file makes
        `const load = () => db.select().from(projects); async function f() { await redis.set('a', await load()); }`,
        `class Projects { async list() { const hit = await this.cache.get('a'); return hit ?? (await db.select().from(projects)); } }`,
        `async function f() { await tenancy.run(acme, async () => { await redis.del('a'); }); ${query}; }`,
        // a file of a tenancy
        `import { tenancy } from './tenancy.js'; export const drop = () => redis.del('projects');`,
      ],
      1,
    ),
    {
      code: inScope(`await redis.del('a', tenancy.key('b'), \`c:\${id}\`)`),
      errors: [
        { messageId: 'noTenant', data: { by: 'redis.del' }, suggestions: 1 },
        { messageId: 'noTenant', suggestions: 1 },
      ],
    },
    {
      code: inScope(`await redis.get(\`projects:\${id}:it's\`)`),
      errors: [
        {
          messageId: 'noTenant',
          suggestions: [
            {
              messageId: 'useKey',
              output: inScope("await redis.get(tenancy.key('projects', id, 'it\\'s'))"),
            },
          ],
        },
      ],
    },
    ...wrong([inScope(`await redis.get(\`a:\${organizationId}\`)`)], 1).map((one) => ({
      ...one,
      options: [{ tenants: [] }],
    })),
    ...wrong([inScope(`await store.get('projects')`)], 1).map((one) => ({
      ...one,
      options: [{ caches: ['store'] }],
    })),
    ...wrong(
      [
        `import { unstable_cache } from 'next/cache'; export const load = unstable_cache(async () => ${query}, ['projects']);`,
        `import { unstable_cache as keep } from 'next/cache'; export const load = keep(async (id) => ${query});`,
        `import { unstable_cache } from 'next/cache'; const load = async () => ${query}; export const kept = unstable_cache(load, ['projects']);`,
      ],
      0,
      'oneResult',
    ),
    {
      options: [{ react: true }],
      code: `import { cache } from 'react'; export const load = cache(async (id) => ${query});`,
      errors: [{ messageId: 'oneResult', data: { by: 'cache' } }],
    },
  ],
};

runRule('require-tenant-key', requireTenantKey, 'javascript', cases);
runRule('require-tenant-key', requireTenantKey, 'typescript', {
  valid: [
    'async function f(made: CacheKey) { await redis.get(made); return db.select().from(a); }',
    'async function f(made: CacheKey | undefined) { await redis.get(made!.key as CacheKey); return db.select().from(a); }',
  ],
  invalid: [
    ...cases.invalid,
    ...wrong([inScope(`await redis!.get('a' as string)`)], 1),
    ...wrong([
      'async function f(made: string) { await redis.get(made); return db.select().from(a); }',
    ]),
  ],
});

const typed = (code: string) => `
import type { LRUCache } from 'lru-cache';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
type CacheKey = string & { readonly made: true };
const projects = pgTable('projects', { name: text() });
declare const orm: NodePgDatabase;
declare const quick: LRUCache<string, string>;
export async function f(made: CacheKey, id: string) { ${code}; return orm.select().from(projects); }`;
// the file of typed cases is in a folder of tests
const options = [{ allow: [] }];
runRule('require-tenant-key', requireTenantKey, 'typed', {
  valid: ['quick.get(made)', 'const list = [made]; for (const each of list) quick.get(each)'].map(
    (code) => ({ options, code: typed(code) }),
  ),
  invalid: wrong(['quick.get(id)']).map((one) => ({ ...one, options, code: typed(one.code) })),
});
