import { type Exemptions, exemptionMatcher, type Tenancy, TenantryError } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  type EntryFacts,
  entrySql,
  foundationSql,
  name,
  type PreviousTenancy,
  withoutBypassSql,
} from '@tenantry/core/sql';
import type { Casing } from '../casing.ts';
import { dialectOf } from '../dialect/index.ts';
import { distributeFunctionSql, oneConnectionSql } from '../distribution/distribute-sql.ts';
import type { Feature } from '../feature/feature.ts';
import { featureInput } from '../feature/input.ts';
import { readDrizzle } from '../model/read-drizzle.ts';
import { type DeclaredTable, pathOf } from '../model/table.ts';
import { visibleOnCitus, visibleSql } from '../visible/visible-sql.ts';
import { checkTables, type GenerateWarning } from './check.ts';
import { type DirectoryColumns, readDirectory } from './directory.ts';
import { distributionSections } from './distribution.ts';
import { keepReferenceSql } from './keep-reference.ts';
import { checkCalls } from './missing-functions.ts';
import { numberSections } from './number-sql.ts';
import { plainSections } from './plain-tables.ts';
import { referenceSql } from './reference-sql.ts';
import { searchSections } from './search-sql.ts';
import { type Section, section, sectionIn } from './section.ts';
import { tableSql } from './table-sql.ts';
import { readViews, schemaSection, viewSection, viewWarnings } from './views.ts';

/** The input of `generate`. */
export interface GenerateInput {
  readonly tenancy: Tenancy;
  /** The exports of the schema module: `import * as schema from './schema.ts'`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Where tenants and members are, for `pool.enter` and the middleware. */
  readonly directory?: DirectoryColumns | undefined;
  /** Packages that work on tables of the schema: rbac, limits, the audit log, billing. Default: none. */
  readonly features?: readonly Feature[] | undefined;
  /**
   * Tables of other libraries that stay as they are, each with the reason: `{ 'pgboss.*': 'the queue' }`.
   * Default: none.
   */
  readonly exempt?: Exemptions | undefined;
  /**
   * The roles or the context that code of the previous release still uses; both are served until you
   * remove this. Default: none.
   */
  readonly previous?: PreviousTenancy | undefined;
  /** Drizzle's `casing`, when drizzle.config.ts sets it. */
  readonly casing?: Casing | undefined;
}

/** The SQL around the migrations of drizzle-kit. */
export interface Generated {
  /** Runs before the first table is created. */
  readonly foundation: Section;
  /** Run after the tables are created, in this order. */
  readonly sections: readonly Section[];
  readonly warnings: readonly GenerateWarning[];
  /** The tables of the schema, with the user's own policies, which drizzle-kit writes. */
  readonly tables: readonly GeneratedTable[];
}

/** A table of the schema, as it is named in the database. */
export interface GeneratedTable extends Pick<DeclaredTable, 'schema' | 'name' | 'userPolicies'> {
  /** The statement that turns on its row security, before it has a policy. */
  readonly rowSecurity: string;
}

/**
 * Writes the SQL that drizzle-kit cannot write: roles and functions, FORCE, grants, triggers, references,
 * the entry function. The text depends only on its input and is idempotent.
 *
 * @throws TenantryError `TABLE_NOT_ISOLATED` names the tables without a declaration; `CONFIG_INVALID`
 *   names any other problem of the schema.
 * @example
 * ```ts
 * const { foundation, sections } = generate({ tenancy, schema });
 * ```
 */
export function generate(input: GenerateInput): Generated {
  const { tenancy, schema, directory, features = [], exempt, casing } = input;
  const exemptions = exemptionMatcher(exempt, tenancy.schema);
  // a table that declares its isolation is ours, even when an exemption matches it
  const tables = readDrizzle(schema, casing).filter(
    ({ isolation, ...table }) =>
      isolation !== undefined || exemptions.find(table.schema, table.name) === undefined,
  );
  const views = readViews(schema);
  const checked = [...checkTables(tenancy, tables), ...viewWarnings(views)];
  const parts = featureParts(input, features);
  const warnings = [...checked, ...parts.warnings];
  const foundation = section('foundation', [
    foundationSql(tenancy, input.previous, {
      plansPolicies: visibleOnCitus(tenancy, tables).length > 0,
    }),
    keepReferenceSql(dialectOf(tenancy)),
    ...(tenancy.dialect === 'citus' ? [distributeFunctionSql, oneConnectionSql] : []),
    ...visibleSql(tenancy, tables),
    ...parts.foundation,
  ]);
  const sections = [
    ...plainSections(tenancy, schema),
    schemaSection(tenancy, schema, tables, views),
    ...distributionSections(tenancy, tables),
    ...previousRoles(tenancy, input.previous),
    ...tables.map((table) => section(`table:${pathOf(table)}`, tableSql(tenancy, table))),
    ...searchSections(tenancy, tables),
    ...numberSections(tenancy, tables),
    ...tables
      .filter(({ references }) => references.length > 0)
      .map((table) => section(`references:${pathOf(table)}`, referenceSql(tenancy, table))),
    ...views.map((view) => viewSection(tenancy, view)),
    ...parts.sections,
    ...(directory === undefined
      ? []
      : [
          section('entry', [
            entrySql(tenancy, readDirectory(tenancy, directory, casing), parts.facts),
          ]),
        ]),
    // when policies let the role through everywhere
    section('attributes', [withoutBypassSql(tenancy.roles.system)]),
  ];
  checkCalls([foundation, ...sections]);
  const own = (written: Section) => sectionIn(tenancy.schema, written);
  return {
    foundation: own(foundation),
    sections: sections.map(own),
    warnings,
    tables: tables.map(({ schema: of, name: table, userPolicies }) => ({
      schema: of,
      name: table,
      userPolicies,
      rowSecurity: ddl`alter table ${name(of, table)} ${dialectOf(tenancy).rowSecurity};`.sql,
    })),
  };
}

/**
 * Makes the old roles members of the new ones, so that both have the same rights and policies for a
 * while.
 */
function previousRoles({ roles }: Tenancy, previous: PreviousTenancy = {}): Section[] {
  const pairs = (['app', 'system'] as const).flatMap((which) => {
    const old = previous.roles?.[which];
    return old === undefined || old === roles[which] ? [] : [[roles[which], old] as const];
  });
  if (pairs.length === 0) return [];
  return [
    section(
      'previous',
      pairs.map(([role, old]) => ddl`grant ${name(role)} to ${name(old)};`),
    ),
  ];
}

interface FeatureParts {
  readonly foundation: readonly Ddl[];
  readonly sections: readonly Section[];
  readonly facts: Readonly<Record<string, EntryFacts>>;
  readonly warnings: readonly GenerateWarning[];
}

/** The sections of all features, and the facts of each. */
function featureParts(
  { tenancy, schema, casing }: GenerateInput,
  features: readonly Feature[],
): FeatureParts {
  refuseDialect(tenancy, features);
  const foundation: Ddl[] = [];
  const sections: Section[] = [];
  const facts: Record<string, EntryFacts> = {};
  const warnings: GenerateWarning[] = [];
  const isInSchemas = ({ schemaTables = [] }: Feature) => schemaTables.length > 0;
  const inSchemas = new Set(features.flatMap(({ schemaTables = [] }) => schemaTables));
  const shown = featureInput(tenancy, schema, casing, inSchemas);
  // functions of others ask where a tenant lives, and some are called by their migration
  const ordered = [...features].sort((a, b) => Number(isInSchemas(b)) - Number(isInSchemas(a)));
  for (const feature of ordered) {
    const made = feature.sql(shown);
    foundation.push(...(made.foundation ?? []));
    for (const { id, sql } of made.sections) sections.push(section(`${feature.name}:${id}`, sql));
    warnings.push(...(made.warnings ?? []));
    if (made.entryFacts !== undefined) facts[feature.name] = made.entryFacts;
  }
  return { foundation, sections, facts, warnings };
}

function refuseDialect({ dialect }: Tenancy, features: readonly Feature[]): void {
  const unfit = features.filter(({ dialects = ['postgres'] }) => !dialects.includes(dialect));
  if (unfit.length === 0) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `${unfit.map(({ name: feature }) => feature).join(', ')} in features, with dialect: '${dialect}'.`,
    fix: 'Leave them out on Citus, or keep the tenancy on one server; the guide Citus says what works there.',
  });
}
