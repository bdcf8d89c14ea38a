import { type Tenancy, TenantryError } from '@tenantry/core';
import type { Casing } from '../casing.ts';
import type { Feature } from '../feature/feature.ts';
import {
  type DirectoryColumns,
  type GeneratedObject,
  generate,
  generatedObjects,
} from '../generate/index.ts';
import { readTables } from '../generate/model.ts';
import { type DoctorConnection, readCatalogue } from './catalogue/read.ts';
import { sortOut } from './ignore.ts';
import { compare } from './intact/compare.ts';
import { type Live, readLive } from './intact/live.ts';
import { explainTables } from './plans/evidence.ts';
import { rules } from './rules/index.ts';
import { guessTenantColumn } from './subject/kinds.ts';
import { subjectOf } from './subject/subject.ts';
import type { TenantModel } from './subject/tenant-model.ts';
import type { Bare, Subject } from './subject/types.ts';
import type { Diagnosis, Finding, Ignore, Severity } from './types.ts';

/** What {@link diagnose} takes. */
export interface DiagnoseOptions {
  /** The tenancy; left out for a database that never saw Tenantry. */
  readonly tenancy?: Tenancy;
  /** The exports of the schema module: with it, what differs from the database is found too. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /**
   * Where tenants and members are, as `generate` is told it. With the schema, the directory and the
   * features, everything that `generate` makes is compared with what is there.
   */
  readonly directory?: DirectoryColumns | undefined;
  /** The features of the configuration. */
  readonly features?: readonly Feature[] | undefined;
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
 * With a tenancy and a schema it compares what `generate` makes with what is there, word by word. For
 * that the server makes the same objects once more in pg_temp, in a second transaction that is rolled
 * back; a standby does not.
 *
 * Emits `begin isolation level repeatable read read only`, some twenty queries over `pg_catalog`,
 * `explain select 1 from …` for up to 100 tables, `rollback`; then `begin`, `create … pg_temp.…`,
 * `rollback`.
 *
 * @param connection a client of pg, in no transaction; the login that migrates sees most
 * @throws TenantryError `DOCTOR_SERVER_TOO_OLD`, `DOCTOR_CATALOGUE_CLOSED`, `CONFIG_INVALID`
 * @example
 * ```ts
 * const { findings } = await diagnose(client, { tenancy, schema, directory, features });
 * for (const { rule, object, found } of findings) console.log(rule, object, found);
 * ```
 */
export async function diagnose(
  connection: DoctorConnection,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const started = performance.now();
  const { wanted, sections, unseen: unread } = whatIsMade(options);
  const { bare, plans, live, unseen } = await readAll(connection, options, wanted);
  const { server, roles } = bare.catalogue;
  const comparison =
    live === undefined
      ? undefined
      : await compare(connection, {
          wanted,
          sections,
          live,
          roles,
          version: server.version,
          whole: options.directory !== undefined || options.features !== undefined,
          standby: server.inRecovery,
        });
  const subject: Subject = { ...bare, plans, comparison };
  const { model } = subject;
  return {
    database: server.database,
    serverVersion: server.versionText,
    login: server.login,
    standby: server.inRecovery,
    role: subject.roleName,
    tenantColumn: model.column,
    guessed: model.column !== undefined && model.column !== namedColumn(options),
    tables: subject.tables.length,
    tenantTables: subject.tenantTables.length,
    plans: plans.length,
    objects: comparison?.objects ?? 0,
    ...sortOut(findingsOf(subject), options.ignore ?? []),
    unseen: [...unseen, ...unread, ...(comparison?.unseen ?? [])],
    durationMs: performance.now() - started,
  };
}

/** What `generate` makes of the schema; none where it refuses the schema, and why. */
function whatIsMade({ tenancy, schema, directory, features, casing }: DiagnoseOptions): {
  readonly wanted: readonly GeneratedObject[];
  readonly sections: ReadonlyMap<string, readonly string[]>;
  readonly unseen: readonly string[];
} {
  const none = { wanted: [], sections: new Map() };
  if (tenancy === undefined || schema === undefined) return { ...none, unseen: [] };
  const input = { tenancy, schema, directory, features, casing };
  try {
    const { foundation, sections } = generate(input);
    return {
      wanted: generatedObjects(input),
      sections: new Map([foundation, ...sections].map((each) => [each.id, each.statements])),
      unseen: [],
    };
  } catch (error) {
    if (!TenantryError.is(error)) throw error;
    return { ...none, unseen: [`what generate makes: ${error.message}`] };
  }
}

const namedColumn = ({ tenantColumn, tenancy }: DiagnoseOptions) => tenantColumn ?? tenancy?.column;

interface Seen {
  readonly bare: Bare;
  readonly plans: Subject['plans'];
  readonly live: Live | undefined;
  readonly unseen: readonly string[];
}

/** Everything that is read of the database, at one moment. */
async function readAll(
  connection: DoctorConnection,
  options: DiagnoseOptions,
  wanted: readonly GeneratedObject[],
): Promise<Seen> {
  // one moment for all queries, and nothing can be changed
  await connection.query('begin isolation level repeatable read read only');
  try {
    // whoever alters a table must not wait for doctor, nor doctor for long
    await connection.query(
      "set local lock_timeout = '2s'; set local statement_timeout = '60s'; set local search_path = pg_catalog, public, pg_temp",
    );
    const { tenancy, schema, casing, logins = [] } = options;
    const role = options.role ?? tenancy?.roles.app ?? (await loginOf(connection));
    const { catalogue, unseen } = await readCatalogue(connection, role, logins);
    const named = namedColumn(options);
    const column = named ?? guessTenantColumn(catalogue);
    if (named !== undefined && tenancy === undefined) checkColumn(named, catalogue.tables);
    const model: TenantModel = {
      column,
      tenancy,
      declared: schema === undefined ? undefined : readTables(schema, casing),
    };
    const bare = subjectOf(catalogue, role, model);
    const schemas = [...new Set(wanted.map((object) => object.schema))].filter(Boolean);
    const live = wanted.length === 0 ? undefined : await readLive(connection, schemas);
    const evidence = await explainTables(connection, bare);
    return { bare, plans: evidence.plans, live, unseen: [...unseen, ...evidence.unseen] };
  } finally {
    await connection.query('rollback').catch(() => {});
  }
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
