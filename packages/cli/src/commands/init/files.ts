import { posix } from 'node:path';
import type { IdKind } from '@tenantry/core';
import type { Surroundings } from '../info/detect.ts';
import { plainConfigFile, plainPoolFile } from './plain-files.ts';
import type { SchemaPlace } from './schema-place.ts';

/** The user's answers, or the defaults. */
export interface Answers {
  /** The word for the tenant, in the singular and in camelCase: `organization`. */
  readonly tenant: string;
  readonly id: IdKind;
}

const snake = (word: string) => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** `organizations`, `companies`: a guess that the user can correct in the file. */
const plural = (word: string) =>
  /[^aeiou]y$/.test(word)
    ? `${word.slice(0, -1)}ies`
    : /(s|x|ch|sh)$/.test(word)
      ? `${word}es`
      : `${word}s`;

/**
 * The files of the initial set-up, by path; existing ones are kept.
 * @param tables the options of tenantry.config.ts that tell what the tables are, without a Drizzle schema
 */
export function filesFor(
  answers: Answers,
  around: Surroundings,
  place: SchemaPlace,
  tables?: string,
): Record<string, string> {
  const { folder, file } = place;
  const at = (name: string) => posix.join(folder, name);
  if (tables !== undefined) {
    const files = {
      [at('tenancy.ts')]: tenancyFile(answers),
      'tenantry.config.ts': plainConfigFile(folder, tables, fragments),
      [at('pool.ts')]: plainPoolFile,
    };
    return around.importEnding === 'none' ? withoutEndings(files) : files;
  }
  const schema = file === undefined ? undefined : posix.basename(file);
  const files: Record<string, string> = {
    [at('tenancy.ts')]: tenancyFile(answers),
    ...(file === undefined ? {} : { [file]: schemaFile(answers) }),
    ...(around.drizzleConfig === undefined
      ? { 'drizzle.config.ts': drizzleFile(file ?? './src/schema.ts') }
      : {}),
    'tenantry.config.ts': configFile(answers, folder, schema),
    ...(schema === undefined ? {} : { [at('db.ts')]: poolFile(schema) }),
    ...(around.testRunner === 'jest' || file === undefined
      ? {}
      : tests(folder, schema ?? '', around)),
  };
  return around.importEnding === 'none' ? withoutEndings(files) : files;
}

/** Relative imports for a tsconfig.json without `allowImportingTsExtensions`. */
const withoutEndings = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      text.replace(/( from '\.{1,2}\/[^']*)\.ts'/g, "$1'"),
    ]),
  );

const fragments = [
  'isolate',
  'isolateThrough',
  'reference',
  'shared',
  'systemOnly',
  'tenants',
  'visibleThrough',
];

const tenancyFile = ({ tenant, id }: Answers) => `import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';

/** One word for the tenant; the column ${snake(tenant)}_id and everything else follows from it. */
export const tenancy = defineTenancy({ tenant: '${tenant}', id: '${id}' });

export const { ${fragments.join(', ')} } =
  defineIsolation(tenancy);
`;

function schemaFile({ tenant }: Answers): string {
  const table = plural(tenant);
  // the fragment and the table may need the same name
  const fragment = table === 'tenants' ? 'tenantsOf' : 'tenants';
  const imported = table === 'tenants' ? 'tenants as tenantsOf' : 'tenants';
  return `import { pgTable, text } from 'drizzle-orm/pg-core';
import { isolate, reference, tenancy, ${imported} } from './tenancy.ts';

/** The tenants. */
export const ${table} = pgTable(
  '${snake(table)}',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [...${fragment}(t)],
);

/** Who is in which ${tenant}. */
export const memberships = pgTable(
  'memberships',
  {
    ...tenancy.columns.scoped(),
    userId: text('user_id').notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t, { key: [t.userId] }),
    ...reference(t, { column: t.${tenant}Id, to: () => ${table}, onDelete: 'cascade' }),
  ],
);

/** A table of the application: rows belong to one ${tenant}, and nobody has to remember it. */
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.${tenant}Id, to: () => ${table}, onDelete: 'cascade' }),
  ],
);
`;
}

const drizzleFile = (schema: string) => `import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './${posix.normalize(schema)}',
  out: './drizzle',
  dbCredentials: { url: process.env.DATABASE_URL ?? '' },
});
`;

const configFile = ({ tenant }: Answers, folder: string, schema: string | undefined) =>
  schema === undefined
    ? `import { defineConfig } from 'tenantry';
import { tenancy } from './${posix.join(folder, 'tenancy.ts')}';

export default defineConfig({
  tenancy,
  // so that requests can enter: the id of your tenants, and the user column of their memberships
  // directory: { tenant: ${plural(tenant)}.id, member: memberships.userId },
});
`
    : `import { defineConfig } from 'tenantry';
import { memberships, ${plural(tenant)} } from './${posix.join(folder, schema)}';
import { tenancy } from './${posix.join(folder, 'tenancy.ts')}';

export default defineConfig({
  tenancy,
  directory: {
    tenant: ${plural(tenant)}.id,
    claims: { slug: ${plural(tenant)}.slug },
    member: memberships.userId,
  },
});
`;

const poolFile = (schema: string) => `import { createTenantPool } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as schema from './${schema}';
import { tenancy } from './tenancy.ts';

export const pool = createTenantPool(tenancy, { connectionString: process.env.DATABASE_URL });
export const db = drizzle(pool, { schema });
`;

/** The proof that belongs to the first day. */
const tests = (folder: string, schema: string, around: Surroundings): Record<string, string> => ({
  ...(around.vitestConfig === undefined
    ? { [around.esm ? 'vitest.config.ts' : 'vitest.config.mts']: vitestFile }
    : {}),
  'test/isolation.test.ts': around.esm ? testFile(folder, schema) : testOfCommonJs(folder, schema),
});

/** The entry that Vitest's configuration needs. */
export const globalSetup = '@tenantry/testing/vitest';

const vitestFile = `import { defineConfig } from 'vitest/config';

// one PostgreSQL for the whole run, from npm or from a container
export default defineConfig({ test: { globalSetup: ['${globalSetup}'] } });
`;

const importsOfTest = (folder: string, schema: string, names: string) =>
  `import { createTenantPool } from '@tenantry/core';
import { expectIsolated } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { ${names} } from 'vitest';
import * as schema from '../${posix.join(folder, schema)}';
import { tenancy } from '../${posix.join(folder, 'tenancy.ts')}';
`;

const bodyOfTest = `const database = await testDatabase({
  migrate: async (url) => {
    const db = drizzle(url);
    await migrate(db, { migrationsFolder: './drizzle' });
    await db.$client.end();
  },
});
const pool = createTenantPool(tenancy, { connectionString: database.url });
afterAll(() => pool.end());

test('tenants are isolated', { timeout: 60_000 }, async () => {
  console.log(String(await expectIsolated({ pool, tenancy, schema })));
});
`;

const testFile = (folder: string, schema: string) =>
  `${importsOfTest(folder, schema, 'afterAll, test')}\n${bodyOfTest}`;

/** CommonJS has no top-level await: TypeScript refuses it, even where Vitest would not. */
const testOfCommonJs = (folder: string, schema: string) =>
  `${importsOfTest(folder, schema, 'afterAll, describe, test')}
describe('isolation', async () => {
${bodyOfTest.replace(/^(?=.)/gm, '  ')}});
`;
