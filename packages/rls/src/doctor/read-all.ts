import { type ExemptionMatcher, TenantryError } from '@tenantry/core';
import type { FeatureCheck } from '../feature/doctor.ts';
import { type GeneratedObject, generate } from '../generate/index.ts';
import { objectsOf } from '../generate/objects/generated.ts';
import { guessTenantColumn } from '../model/isolation.ts';
import { readDrizzle } from '../model/read-drizzle.ts';
import { pathOf, titleOf } from '../model/table.ts';
import type { Catalogue } from './catalogue/model.ts';
import { type DoctorConnection, readEverything } from './catalogue/read.ts';
import { runChecks } from './feature-checks.ts';
import { type Live, readLive } from './intact/live.ts';
import type { DiagnoseOptions } from './options.ts';
import { withoutOthers } from './other-tenancies.ts';
import { explainTables } from './plans/evidence.ts';
import { subjectOf } from './subject/subject.ts';
import type { TenantModel } from './subject/tenant-model.ts';
import type { Bare, Subject } from './subject/types.ts';
import type { Finding } from './types.ts';

/** What `generate` makes from the schema; nothing, with the reason, when it refuses the schema. */
export function whatIsMade({
  tenancy,
  schema,
  directory,
  features,
  exempt,
  casing,
}: DiagnoseOptions): {
  /** The objects, when these tables are partitioned in the database: one may need other triggers. */
  readonly objects: (partitioned?: ReadonlySet<string>) => readonly GeneratedObject[];
  readonly sections: ReadonlyMap<string, readonly string[]>;
  readonly unseen: readonly string[];
} {
  const none = { objects: () => [], sections: new Map() };
  if (tenancy === undefined || schema === undefined) return { ...none, unseen: [] };
  try {
    const { foundation, sections } = generate({
      tenancy,
      schema,
      directory,
      features,
      exempt,
      casing,
    });
    const all = [foundation, ...sections];
    return {
      objects: (partitioned) => objectsOf(all, partitioned),
      sections: new Map(all.map((each) => [each.id, each.statements])),
      unseen: [],
    };
  } catch (error) {
    if (!TenantryError.is(error)) throw error;
    return { ...none, unseen: [`what generate makes: ${error.message}`] };
  }
}

/** The configured tenant column. */
export const namedColumn = ({ tenantColumn, tenancy }: DiagnoseOptions) =>
  tenantColumn ?? tenancy?.column;

/** The data read from the database. */
export interface Seen {
  readonly bare: Bare;
  readonly plans: Subject['plans'];
  readonly live: Live | undefined;
  readonly exempted: readonly { readonly object: string; readonly reason: string }[];
  /** The findings of features. */
  readonly ofFeatures: readonly Finding[];
  readonly unseen: readonly string[];
}

/** Reads everything from the database in one snapshot. */
export async function readAll(
  connection: DoctorConnection,
  options: DiagnoseOptions,
  wanted: readonly GeneratedObject[],
  exemptions: ExemptionMatcher,
  checks: readonly FeatureCheck[],
): Promise<Seen> {
  // one snapshot for all queries, and no writes
  await connection.query('begin isolation level repeatable read read only');
  try {
    // an ALTER TABLE must not wait for doctor, and doctor must not wait long
    await connection.query(
      "set local lock_timeout = '2s'; set local statement_timeout = '60s'; set local search_path = pg_catalog, public, pg_temp",
    );
    const { tenancy, schema, casing, logins = [] } = options;
    const role = options.role ?? tenancy?.roles.app ?? (await loginOf(connection));
    const { catalogue: found, unseen } = await readEverything(
      connection,
      role,
      logins,
      tenancy === undefined ? [] : [tenancy.roles.system],
    );
    const declared = schema === undefined ? undefined : readDrizzle(schema, casing);
    const ours = withoutOthers(found, tenancy, declared);
    const { catalogue, exempted } = withoutExempt(ours.catalogue, exemptions);
    const judged = new Set(catalogue.tables);
    const named = namedColumn(options);
    const column = named ?? guessTenantColumn(catalogue.tables);
    if (named !== undefined && tenancy === undefined) checkColumn(named, catalogue.tables);
    const model: TenantModel = {
      column,
      tenancy,
      declared,
      besides: ours.catalogue.tables.filter((table) => !judged.has(table)),
    };
    const bare = subjectOf(catalogue, role, model);
    const schemas = [...new Set(wanted.map((object) => object.schema))].filter(Boolean);
    const own = new Set((declared ?? []).map(pathOf));
    // where there is another tenancy, a table that is not declared may be its own
    const looked = new Set(
      catalogue.tables
        .filter(
          (each) =>
            ours.others.length === 0 || each.schema === tenancy?.schema || own.has(pathOf(each)),
        )
        .map(({ oid }) => oid),
    );
    const others = new Set(found.tables.map(({ oid }) => oid).filter((oid) => !looked.has(oid)));
    const live =
      wanted.length === 0 ? undefined : without(others, await readLive(connection, schemas));
    const evidence = await explainTables(connection, bare);
    const about = { role, version: catalogue.server.version };
    const features =
      tenancy === undefined
        ? { findings: [], unseen: [] }
        : await runChecks(connection, checks, { tenancy, ...about });
    return {
      bare,
      plans: evidence.plans,
      live,
      exempted: [...ours.others, ...exempted],
      ofFeatures: features.findings,
      unseen: [...unseen, ...evidence.unseen, ...features.unseen],
    };
  } finally {
    await connection.query('rollback').catch(() => {});
  }
}

/** What hangs on tables that are not looked at is not compared. */
const without = (others: ReadonlySet<number>, live: Live): Live => ({
  ...live,
  hanging: new Map([...live.hanging].filter(([, { table }]) => !others.has(table))),
});

/** What the configuration leaves alone, so that no rule looks at it. */
function withoutExempt(
  catalogue: Catalogue,
  exemptions: ExemptionMatcher,
): Pick<Seen, 'exempted'> & { readonly catalogue: Catalogue } {
  const exempted: { object: string; reason: string }[] = [];
  const kept = <T extends { readonly schema: string; readonly name: string }>(all: readonly T[]) =>
    all.filter((each) => {
      const found = exemptions.find(each.schema, each.name);
      if (found !== undefined) exempted.push({ object: titleOf(each), reason: found.reason });
      return found === undefined;
    });
  return {
    catalogue: {
      ...catalogue,
      tables: kept(catalogue.tables),
      views: kept(catalogue.views),
      sequences: kept(catalogue.sequences),
      // functions that policies call decide about our rows, in any schema
      functions: [
        ...kept(catalogue.functions.filter(({ inPolicy }) => !inPolicy)),
        ...catalogue.functions.filter(({ inPolicy }) => inPolicy),
      ],
    },
    exempted,
  };
}

async function loginOf(connection: DoctorConnection): Promise<string> {
  const { rows } = await connection.query('select session_user::text as name');
  return (rows[0] as { name: string }).name;
}

function checkColumn(
  column: string,
  tables: readonly { readonly columns: readonly { readonly name: string }[] }[],
): void {
  if (tables.some((table) => table.columns.some(({ name }) => name === column))) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `no table of the database has the tenant column ${JSON.stringify(column)}.`,
    fix: 'Name the column that holds the tenant in most tables, as it is spelled in the database.',
  });
}
