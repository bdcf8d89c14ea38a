import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Casing } from '@tenantry/rls/generate';
import { z } from 'zod';
import type { TenantryConfig } from './define-config.ts';
import { moduleLoader } from './load-module.ts';

/** Everything a command needs to know of the user's project. */
export interface Project {
  readonly tenancy: TenantryConfig['tenancy'];
  readonly directory: TenantryConfig['directory'] | undefined;
  /** The folder of tenantry.config.ts, where drizzle-kit runs. */
  readonly folder: string;
  readonly drizzleConfig: string;
  /** The folder of the migrations. */
  readonly migrations: string;
  readonly casing: Casing | undefined;
  /** The exports of all schema files. */
  readonly schema: Readonly<Record<string, unknown>>;
}

const column = z.custom<{ name: string }>(
  (value) => typeof value === 'object' && value !== null && 'name' in value && 'table' in value,
  'a column of a Drizzle table is needed',
);

const paths = z.union([z.string(), z.array(z.string())]);

const tenantryConfig = z.strictObject({
  tenancy: z.custom(
    (value) => typeof value === 'object' && value !== null && 'column' in value && 'roles' in value,
    'what defineTenancy(…) returns is needed',
  ),
  directory: z
    .strictObject({
      tenant: column,
      claims: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/), column).optional(),
      hiddenWhenSet: column.optional(),
      member: column,
      memberTenant: column.optional(),
    })
    .optional(),
  drizzle: z.string().optional(),
  schema: paths.optional(),
});

const drizzleConfig = z.object({
  dialect: z.literal('postgresql'),
  schema: paths.optional(),
  out: z.string().default('./drizzle'),
  casing: z.enum(['snake_case', 'camelCase']).optional(),
});

/**
 * Reads tenantry.config.ts, drizzle.config.ts and the schema.
 * @throws TenantryError `CONFIG_INVALID`
 */
export async function loadProject(configFile = 'tenantry.config.ts'): Promise<Project> {
  const file = resolve(configFile);
  const folder = dirname(file);
  const load = moduleLoader(folder);
  const config = parse(tenantryConfig, (await load(file)).default, file) as TenantryConfig;
  const drizzleFile = resolve(folder, config.drizzle ?? 'drizzle.config.ts');
  const drizzle = parse(drizzleConfig, (await load(drizzleFile)).default, drizzleFile);
  const schemaPaths = [config.schema ?? drizzle.schema ?? []].flat();
  const modules = [];
  for (const path of schemaPaths.flatMap((path) => filesOf(resolve(folder, path)))) {
    modules.push(await load(path));
  }
  if (modules.length === 0) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `no schema in ${drizzleFile}.`,
      fix: "Name it there: schema: './src/schema.ts'.",
    });
  }
  return {
    tenancy: config.tenancy,
    directory: config.directory,
    folder,
    drizzleConfig: drizzleFile,
    migrations: resolve(folder, drizzle.out),
    casing: drizzle.casing,
    schema: Object.assign({}, ...modules),
  };
}

const isModule = (file: string) => /\.[cm]?[jt]s$/.test(file) && !/\.d\.[cm]?ts$/.test(file);

function filesOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }).map(String).filter(isModule).sort();
  return names.map((name) => join(path, name));
}

function parse<T>(shape: z.ZodType<T>, value: unknown, file: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the default export'}: ${message}`,
  );
  throw new TenantryError('CONFIG_INVALID', {
    found: `${file}: ${issues.join('; ')}`,
    fix: 'Correct the options named above; defineConfig from tenantry and drizzle-kit gives them types.',
  });
}
