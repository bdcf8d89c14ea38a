import { type Tenancy, TenantryError } from '@tenantry/core';
import type { Casing } from '../casing.ts';
import { readTables } from '../generate/model.ts';
import { type DoctorConnection, readCatalogue } from './catalogue/read.ts';
import { sortOut } from './ignore.ts';
import { explainTables } from './plans/evidence.ts';
import { rules } from './rules/index.ts';
import { guessTenantColumn } from './subject/kinds.ts';
import { subjectOf } from './subject/subject.ts';
import type { TenantModel } from './subject/tenant-model.ts';
import type { Subject } from './subject/types.ts';
import type { Diagnosis, Finding, Ignore, Severity } from './types.ts';

/** What {@link diagnose} takes. */
export interface DiagnoseOptions {
  /** The tenancy; left out for a database that never saw Tenantry. */
  readonly tenancy?: Tenancy;
  /** The exports of the schema module: with it, what differs from the database is found too. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Drizzle's `casing`, when drizzle.config.ts sets it. */
  readonly casing?: Casing | undefined;
  /** The tenant column without a tenancy: `org_id`. The usual names are tried when it is left out. */
  readonly tenantColumn?: string | undefined;
  /** The role that serves tenants: that of the tenancy, or else the login of the connection. */
  readonly role?: string | undefined;
  /** The logins of the application that take that role on. */
  readonly logins?: readonly string[];
  readonly ignore?: readonly Ignore[];
}

const docsBase = 'https://tenantry.dev/rules/';
const order: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Examines a live database for everything that could show a tenant the rows of another: roles,
 * tables, policies, constraints, rights, views and functions, the version of the server. It reads
 * the catalogue and plans, in one read-only transaction that it rolls back; no row, no lock that
 * anybody waits for, no superuser.
 *
 * Emits `begin isolation level repeatable read read only`, some fifteen queries over `pg_catalog`,
 * `explain select 1 from …` for up to 100 tables, `rollback`.
 *
 * @param connection a client of pg, in no transaction; the login that migrates sees most
 * @throws TenantryError `DOCTOR_SERVER_TOO_OLD`, `DOCTOR_CATALOGUE_CLOSED`, `CONFIG_INVALID`
 * @example
 * ```ts
 * const { findings } = await diagnose(client, { tenancy, schema });
 * for (const { rule, object, found } of findings) console.log(rule, object, found);
 * ```
 */
export async function diagnose(
  connection: DoctorConnection,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const started = performance.now();
  // one moment for all queries, and nothing can be changed
  await connection.query('begin isolation level repeatable read read only');
  try {
    // whoever alters a table must not wait for doctor, nor doctor for long
    await connection.query(
      "set local lock_timeout = '2s'; set local statement_timeout = '60s'; set local search_path = pg_catalog, public, pg_temp",
    );
    return await examine(connection, options, started);
  } finally {
    await connection.query('rollback').catch(() => {});
  }
}

async function examine(
  connection: DoctorConnection,
  options: DiagnoseOptions,
  started: number,
): Promise<Diagnosis> {
  const { tenancy, schema, casing, logins = [], ignore = [] } = options;
  const role = options.role ?? tenancy?.roles.app ?? (await loginOf(connection));
  const { catalogue, unseen } = await readCatalogue(connection, role, logins);
  const named = options.tenantColumn ?? tenancy?.column;
  const column = named ?? guessTenantColumn(catalogue);
  if (named !== undefined && tenancy === undefined) checkColumn(named, catalogue.tables);
  const model: TenantModel = {
    column,
    tenancy,
    declared: schema === undefined ? undefined : readTables(schema, casing),
  };
  const bare = subjectOf(catalogue, role, model);
  const evidence = await explainTables(connection, bare);
  const subject: Subject = { ...bare, plans: evidence.plans };
  const sorted = sortOut(findingsOf(subject), ignore);
  const { server } = catalogue;
  return {
    database: server.database,
    serverVersion: server.versionText,
    login: server.login,
    standby: server.inRecovery,
    role,
    tenantColumn: column,
    guessed: named === undefined && column !== undefined,
    tables: subject.tables.length,
    tenantTables: subject.tenantTables.length,
    plans: subject.plans.length,
    ...sorted,
    unseen: [...unseen, ...evidence.unseen],
    durationMs: performance.now() - started,
  };
}

function findingsOf(subject: Subject): Finding[] {
  const found = rules.flatMap((rule) =>
    [...rule.check(subject)].map(
      (each): Finding => ({
        rule: rule.id,
        group: rule.group,
        severity: each.severity ?? rule.severity,
        object: each.object,
        found: each.found,
        evidence: each.evidence ?? [],
        fix: each.fix,
        fixSql: each.fixSql ?? [],
        needsSuperuser: each.needsSuperuser ?? false,
        docs: docsBase + rule.id,
      }),
    ),
  );
  // stable: rules keep their order within a severity
  return found.sort((a, b) => order[a.severity] - order[b.severity]);
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
