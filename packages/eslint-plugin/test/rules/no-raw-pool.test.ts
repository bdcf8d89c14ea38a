import { noRawPool } from '../../src/rules/no-raw-pool.ts';
import { type Cases, runRule } from '../support/run-rule.ts';

const raw = (made: string) => ({ messageId: 'rawPool', data: { made } });

const cases: Cases = {
  valid: [
    `import { createTenantPool } from '@tenantry/core'; createTenantPool(tenancy, { connectionString: process.env.DATABASE_URL });`,
    `import { drizzle } from 'drizzle-orm/node-postgres'; import { pool } from './db'; drizzle(pool, { schema });`,
    `import { drizzle } from 'drizzle-orm/node-postgres'; drizzle({ client: pool });`,
    `import { drizzle } from 'drizzle-orm/node-postgres'; drizzle();`,
    // of somebody else
    `import { Pool } from 'undici'; new Pool('https://example.org');`,
    `import { Client } from '@elastic/elasticsearch'; new Client({ node });`,
    `class Pool {} new Pool();`,
    `new Pool();`,
    `import postgres from './postgres'; postgres(options);`,
    `import { drizzle } from './drizzle'; drizzle(process.env.DATABASE_URL);`,
    `import pg from 'pg'; pg.types.setTypeParser(20, Number); new pg.TypeOverrides();`,
    `function make(Pool) { return new Pool(); }`,
    // files that are not scoped code
    ...[
      'drizzle.config.ts',
      'scripts/backfill.ts',
      'src/migrate.ts',
      'db/migrations/0001.ts',
      'src/seed.mts',
      'test/support/database.ts',
      'src/__tests__/a.ts',
      'src/a.test.ts',
      'src/a.spec.tsx',
    ].map((filename) => ({
      filename,
      code: `import { Pool } from 'pg'; new Pool({ test: '${filename}' });`,
    })),
    {
      filename: 'src/admin/operator.ts',
      options: [{ allow: ['src/admin/**'] }],
      code: `import { Pool } from 'pg'; new Pool();`,
    },
    {
      filename: 'src/operator-pool.ts',
      options: [{ allow: ['./src/*-pool.ts'] }],
      code: `import { Pool } from 'pg'; new Pool();`,
    },
    // system work with its reason
    `tenancy.asSystem({ reason: 'nightly sweep', actor: 'cron' }, () => db.$count(invoices));`,
    `tenancy.asSystem({ reason, actor, write: true }, work);`,
    `tenancy.asSystem({ ...entry, reason: 'sweep' }, work);`,
    `tenancy.asSystem(entry, work);`,
    `tenancy.asSystem();`,
  ],
  invalid: [
    { code: `import { Pool } from 'pg'; new Pool();`, errors: [raw('new Pool()')] },
    { code: `import { Pool as P } from 'pg'; new P();`, errors: [raw('new Pool()')] },
    { code: `import pg from 'pg'; new pg.Pool(options);`, errors: [raw('new Pool()')] },
    { code: `import * as pg from 'pg'; new pg.Client(url);`, errors: [raw('new Client()')] },
    {
      code: `import * as pg from 'pg'; new pg.default.Client(url);`,
      errors: [raw('new Client()')],
    },
    { code: `import pg from 'pg'; const { Pool } = pg; new Pool();`, errors: [raw('new Pool()')] },
    {
      code: `import pg from 'pg'; const { Client: C } = pg; new C();`,
      errors: [raw('new Client()')],
    },
    {
      code: `import pg from 'pg'; const C = pg['Client']; new C();`,
      errors: [raw('new Client()')],
    },
    { code: `const { Pool } = require('pg'); new Pool();`, errors: [raw('new Pool()')] },
    { code: `new (require('pg').Pool)();`, errors: [raw('new Pool()')] },
    {
      code: `async () => { const { default: pg } = await import('pg'); new pg.Pool(); };`,
      errors: [raw('new Pool()')],
    },
    { code: `import pg from 'pg'; new pg.native.Pool();`, errors: [raw('new Pool()')] },
    { code: `import Pool from 'pg-pool'; new Pool();`, errors: [raw('new Pool()')] },
    {
      code: `import { Pool } from '@neondatabase/serverless'; new Pool();`,
      errors: [raw('new Pool()')],
    },
    {
      code: `import postgres from 'postgres'; const sql = postgres(url);`,
      errors: [raw('postgres()')],
    },
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; import { Pool } from 'pg'; drizzle(new Pool());`,
      errors: [raw('new Pool()')],
    },
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; drizzle(process.env.DATABASE_URL);`,
      errors: ['ownConnection'],
    },
    {
      code: `import { drizzle as d } from 'drizzle-orm/postgres-js'; d('postgres://localhost/db', { schema });`,
      errors: ['ownConnection'],
    },
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; const url = process.env.DATABASE_URL ?? 'postgres://localhost'; drizzle(url);`,
      errors: ['ownConnection'],
    },
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; drizzle({ connection: { connectionString: url } });`,
      errors: ['ownConnection'],
    },
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; import { env } from './env'; drizzle(env.DATABASE_URL);`,
      errors: ['ownConnection'],
    },
    {
      filename: 'drizzle.config.ts',
      options: [{ allow: [] }],
      code: `import { Pool } from 'pg'; new Pool();`,
      errors: ['rawPool'],
    },
    {
      filename: 'src/testing/pool.ts',
      code: `import { Pool } from 'pg'; new Pool();`,
      errors: ['rawPool'],
    },
    {
      code: `tenancy.asSystem({ actor: 'cron' }, work);`,
      errors: [{ messageId: 'systemWithoutReason', data: { missing: 'reason' } }],
    },
    {
      code: `tenancy.asSystem({ reason: ' ', actor: 'cron' }, work);`,
      errors: [{ messageId: 'systemWithoutReason', data: { missing: 'reason' } }],
    },
    {
      code: `const { asSystem } = tenancy; asSystem({ reason: 'sweep' }, work);`,
      errors: [{ messageId: 'systemWithoutReason', data: { missing: 'actor' } }],
    },
    { code: `tenancy.asSystem(() => db.$count(invoices));`, errors: ['systemWithoutReason'] },
  ],
};

runRule('no-raw-pool', noRawPool, 'javascript', cases);
runRule('no-raw-pool', noRawPool, 'typescript', {
  valid: [
    `import type { Pool } from 'pg'; export function f(pool: Pool) { return pool.query('select 1'); }`,
    `import type pg from 'pg'; let kept: pg.PoolClient | undefined;`,
  ],
  invalid: [
    ...cases.invalid,
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; drizzle(process.env.DATABASE_URL!);`,
      errors: ['ownConnection'],
    },
    {
      code: `import { Pool } from 'pg'; export const pool: Pool = new Pool({} as PoolConfig);`,
      errors: ['rawPool'],
    },
  ],
});
runRule('no-raw-pool', noRawPool, 'typed', {
  valid: [
    `import { drizzle } from 'drizzle-orm/node-postgres'; import type { Pool } from 'pg'; export const open = (pool: Pool) => drizzle(pool);`,
  ].map((code) => ({ code, options: [{ allow: [] }] })),
  invalid: [
    {
      code: `import { drizzle } from 'drizzle-orm/node-postgres'; export const open = (url: string) => drizzle(url);`,
      options: [{ allow: [] }],
      errors: ['ownConnection'],
    },
  ],
});
