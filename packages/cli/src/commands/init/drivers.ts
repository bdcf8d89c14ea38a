import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A file whose driver does not go through the tenant pool. */
export interface PastThePool {
  readonly file: string;
  readonly driver: string;
  readonly why: string;
  readonly fix: string;
}

const onPool = 'use drizzle-orm/node-postgres on createTenantPool(…)';

/** What is imported, why the pool sees nothing of it, and what to do. */
const drivers: readonly (readonly [RegExp, string, string, string])[] = [
  [
    /^drizzle-orm\/postgres-js$|^postgres$/,
    'postgres.js',
    'it opens connections of its own',
    onPool,
  ],
  [
    /^drizzle-orm\/(neon-http|xata-http)$/,
    'neon-http',
    'each statement is a request of its own, without a transaction that could carry the tenant',
    `${onPool}; Neon serves it by its ordinary connection string`,
  ],
  [
    /^drizzle-orm\/neon-serverless$|^@neondatabase\/serverless$/,
    'neon-serverless',
    'its Pool is not the tenant pool',
    `${onPool}; Neon serves it by its ordinary connection string`,
  ],
  [
    /^drizzle-orm\/vercel-postgres$|^@vercel\/postgres$/,
    'vercel-postgres',
    'its pool is not the tenant pool',
    onPool,
  ],
  [
    /^drizzle-orm\/(aws-data-api\/pg|pg-proxy|bun-sql|pglite)$/,
    'another driver',
    'it has connections of its own',
    onPool,
  ],
];

const skipped = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'coverage',
  'drizzle',
  'migrations',
]);
const mostFiles = 3000;

/** Looks for imports of such drivers in the source files of a project, and for pools of pg. */
export function pastThePool(folder: string): PastThePool[] {
  const found: PastThePool[] = [];
  for (const file of sourceFiles(folder)) {
    const text = readFileSync(file, 'utf8');
    const shown = relative(folder, file);
    for (const [, name = ''] of text.matchAll(/(?:from|import|require\()\s*['"]([^'"]+)['"]/g)) {
      const driver = drivers.find(([pattern]) => pattern.test(name));
      if (driver === undefined) continue;
      const [, title, why, fix] = driver;
      // Drizzle's driver and the package below it are one
      if (found.some((each) => each.file === shown && each.driver === title)) continue;
      found.push({ file: shown, driver: title, why, fix });
    }
    if (/\bnew\s+(pg\.)?Pool\s*\(/.test(text) && /['"]pg['"]/.test(text)) {
      found.push({
        file: shown,
        driver: 'pg.Pool',
        why: 'it knows no tenant',
        fix: 'make it by createTenantPool(tenancy, { connectionString }), which has its shape',
      });
    }
  }
  return found;
}

function* sourceFiles(folder: string): Generator<string> {
  const open = [folder];
  let seen = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith('.'))
        open.push(path);
      if (!entry.isFile() || !/\.[cm]?[jt]sx?$/.test(entry.name) || entry.name.endsWith('.d.ts'))
        continue;
      seen += 1;
      if (seen > mostFiles) return;
      yield path;
    }
  }
}
