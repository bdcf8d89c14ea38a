import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Feature } from '@tenantry/rls/feature';
import type { Casing, DirectoryColumns } from '@tenantry/rls/generate';
import { globSync } from 'tinyglobby';
import { z } from 'zod';
import type { TenantryConfig } from './define-config.ts';
import { moduleLoader } from './load-module.ts';
import { migrationFormats } from './migration-format.ts';
import { type PlainProject, plainProject } from './plain-project.ts';

/** The user's project, as commands need it. */
export interface Project {
  readonly tenancy: TenantryConfig['tenancy'];
  readonly directory: DirectoryColumns | undefined;
  /** What a project without a Drizzle schema has instead; the schema is read from its database. */
  readonly plain?: PlainProject | undefined;
  readonly features: readonly Feature[];
  readonly exempt: NonNullable<TenantryConfig['exempt']>;
  readonly database: NonNullable<TenantryConfig['database']>;
  readonly previous: TenantryConfig['previous'];
  readonly doctor: NonNullable<TenantryConfig['doctor']>;
  /** The folder of tenantry.config.ts, where drizzle-kit runs. */
  readonly folder: string;
  readonly drizzleConfig: string;
  /** The connection string in the configuration of drizzle-kit, if any. */
  readonly drizzleUrl: string | undefined;
  /** The folder of the migrations. */
  readonly migrations: string;
  /** How drizzle-kit begins the names of migrations. Default: 'index'. */
  readonly prefix: string | undefined;
  /** Drizzle's table of applied migrations. */
  readonly journal: { readonly schema: string; readonly table: string };
  readonly casing: Casing | undefined;
  readonly schemaFiles: readonly string[];
  /** The exports of all schema files, by file and name. */
  readonly schema: Readonly<Record<string, unknown>>;
}

const column = z.custom<{ name: string }>(
  (value) => typeof value === 'object' && value !== null && 'name' in value && 'table' in value,
  'a column of a Drizzle table is needed',
);

const directoryOf = <C extends z.ZodType>(named: C) =>
  z.strictObject({
    tenant: named,
    claims: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/), named).optional(),
    hiddenWhenSet: named.optional(),
    member: named,
    memberTenant: named.optional(),
  });

const isFunction = (value: unknown) => typeof value === 'function';

const paths = z.union([z.string(), z.array(z.string())]);

const tenantryConfig = z.strictObject({
  tenancy: z.custom(
    (value) => typeof value === 'object' && value !== null && 'column' in value && 'roles' in value,
    'what defineTenancy(…) returns is needed',
  ),
  directory: directoryOf(column).optional(),
  tables: z
    .record(
      z.string(),
      z.union([
        z.custom<unknown>(
          (value) => typeof value === 'function',
          'a function of the columns is needed',
        ),
        z.object({ columns: z.custom<unknown>(isFunction), rules: z.custom<unknown>(isFunction) }),
      ]),
    )
    .optional(),
  migrations: z
    .union([
      z.string(),
      z.strictObject({ folder: z.string(), format: z.enum(migrationFormats).optional() }),
    ])
    .optional(),
  features: z
    .array(
      z.custom<Feature>(
        (value) =>
          typeof (value as Feature | null)?.sql === 'function' && 'name' in (value as object),
        'what defineRbac(…), defineLimits(…), defineAudit(…) or defineBilling(…) returns is needed',
      ),
    )
    .optional(),
  exempt: z.record(z.string(), z.string()).optional(),
  database: z
    .strictObject({
      url: z.string().optional(),
      systemUrl: z.string().optional(),
      migrationUrl: z.string().optional(),
      shadowUrl: z.string().optional(),
    })
    .optional(),
  previous: z
    .strictObject({
      context: z.literal('plain').optional(),
      roles: z
        .strictObject({ app: z.string().optional(), system: z.string().optional() })
        .optional(),
    })
    .optional(),
  doctor: z
    .strictObject({
      role: z.string().optional(),
      ignore: z
        .array(
          z.strictObject({ rule: z.string(), object: z.string().optional(), reason: z.string() }),
        )
        .optional(),
    })
    .optional(),
  drizzle: z.string().optional(),
  schema: paths.optional(),
});

/** The same without a Drizzle schema, where columns are named. */
const tablesConfig = tenantryConfig.extend({
  directory: directoryOf(z.string("a name is needed, such as 'organizations.id'")).optional(),
});

const drizzleConfig = z.object({
  dialect: z.literal('postgresql'),
  schema: paths.optional(),
  out: z.string().default('./drizzle'),
  migrations: z
    .object({
      prefix: z.string().optional(),
      schema: z.string().optional(),
      table: z.string().optional(),
    })
    .optional()
    .catch(undefined),
  casing: z.enum(['snake_case', 'camelCase']).optional(),
  // other forms of credentials, or an empty one, are left to drizzle-kit
  dbCredentials: z.object({ url: z.string() }).optional().catch(undefined),
});

/**
 * Reads tenantry.config.ts, drizzle.config.ts and the schema.
 * @throws TenantryError `CONFIG_INVALID`
 */
export async function loadProject(configFile = 'tenantry.config.ts'): Promise<Project> {
  const file = resolve(configFile);
  const folder = dirname(file);
  const load = moduleLoader(folder);
  const loaded = (await load(file)).default;
  const isPlain = typeof loaded === 'object' && loaded !== null && 'tables' in loaded;
  const shape: z.ZodType<unknown> = isPlain ? tablesConfig : tenantryConfig;
  const config = parse(shape, loaded, file) as TenantryConfig;
  const given = {
    tenancy: config.tenancy,
    features: config.features ?? [],
    exempt: config.exempt ?? {},
    database: config.database ?? {},
    previous: config.previous,
    doctor: config.doctor ?? {},
    folder,
  };
  const plain = plainProject(config, folder);
  if (plain !== undefined) return { ...given, ...plain };
  const drizzleFile = drizzleConfigFile(folder, config.drizzle);
  const drizzle = parse(drizzleConfig, (await load(drizzleFile)).default, drizzleFile);
  const patterns = [config.schema ?? drizzle.schema ?? []].flat();
  const schemaFiles = filesOf(folder, patterns);
  if (schemaFiles.length === 0) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `no schema file for ${JSON.stringify(patterns)} in ${shown(drizzleFile)}.`,
      fix: "Name it there: schema: './src/schema.ts'.",
    });
  }
  const schema: Record<string, unknown> = {};
  for (const schemaFile of schemaFiles) {
    for (const [name, value] of Object.entries(await load(schemaFile))) {
      schema[`${schemaFile}#${name}`] = value;
    }
  }
  return {
    ...given,
    directory: config.directory,
    drizzleConfig: drizzleFile,
    drizzleUrl: drizzle.dbCredentials?.url || undefined,
    migrations: resolve(folder, drizzle.out),
    prefix: drizzle.migrations?.prefix,
    journal: {
      schema: drizzle.migrations?.schema ?? 'drizzle',
      table: drizzle.migrations?.table ?? '__drizzle_migrations',
    },
    casing: drizzle.casing,
    schemaFiles,
    schema,
  };
}

const isModule = (file: string) => /\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file);

/** The files that drizzle-kit would read: single files, folders, and patterns such as `./src/*.ts`. */
export function filesOf(folder: string, patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => {
    const path = resolve(folder, pattern);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile()) return [path];
    const glob = found?.isDirectory() ? `${pattern}/**/*` : pattern;
    return globSync(glob, { cwd: folder, absolute: true, expandDirectories: false })
      .filter(isModule)
      .sort();
  });
  return [...new Set(files)];
}

const drizzleConfigNames = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (e) => `drizzle.config.${e}`,
);

function drizzleConfigFile(folder: string, named: string | undefined): string {
  if (named !== undefined) return resolve(folder, named);
  const file = drizzleConfigNames.map((name) => join(folder, name)).find(existsSync);
  return file ?? join(folder, 'drizzle.config.ts');
}

const shown = (file: string) => relative(process.cwd(), file) || file;

function parse<T>(shape: z.ZodType<T>, value: unknown, file: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the default export'}: ${message}`,
  );
  throw new TenantryError('CONFIG_INVALID', {
    found: `${shown(file)}: ${issues.join('; ')}`,
    fix: 'Correct the options named above; defineConfig from tenantry and drizzle-kit gives them types.',
  });
}
