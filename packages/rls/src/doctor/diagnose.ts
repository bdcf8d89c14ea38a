import { exemptionMatcher } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { DoctorConnection } from './catalogue/read.ts';
import { featureChecks } from './feature-checks.ts';
import { findingOf } from './finding.ts';
import { sortOut } from './ignore.ts';
import { compare } from './intact/compare.ts';
import type { DiagnoseOptions } from './options.ts';
import { proofOf, showProof } from './plans/proof.ts';
import { namedColumn, readAll, whatIsMade } from './read-all.ts';
import { rules } from './rules/index.ts';
import type { Subject } from './subject/types.ts';
import type { Diagnosis, Finding, Severity } from './types.ts';

export type { DiagnoseOptions } from './options.ts';

const docsBase = 'https://tenantry.dev/rules/';
const order: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Examines a live database for everything that could show a tenant the rows of another: roles, tables,
 * policies, constraints, rights, views, functions and the server version. It reads the catalogue and
 * plans, in one read-only transaction that it rolls back. It reads no row, takes no lock that blocks
 * anybody, and needs no superuser.
 *
 * With a tenancy and a schema it compares the objects that `generate` makes with those of the database,
 * word by word. For that the server creates the same objects again in pg_temp, in a second transaction
 * that is rolled back; not on a standby.
 *
 * Emits `begin isolation level repeatable read read only`, some twenty queries over `pg_catalog`,
 * `explain select 1 from …` for up to 100 tables, `rollback`; then `begin`, `create … pg_temp.…`,
 * `rollback`.
 *
 * @param connection a client of pg, outside a transaction; the migrating login sees most
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
  const made = whatIsMade(options);
  const wanted = made.objects();
  const exemptions = exemptionMatcher(options.exempt, options.tenancy?.schema);
  const checks = featureChecks(options.features ?? []);
  const seen = await readAll(connection, options, wanted, exemptions, checks);
  const { bare, plans, live } = seen;
  const { server, roles } = bare.catalogue;
  const partitioned = new Set(
    bare.catalogue.tables.flatMap((table) =>
      table.kind === 'partitioned' ? [name(table.schema, table.name).sql] : [],
    ),
  );
  const comparison =
    live === undefined
      ? undefined
      : await compare(connection, {
          wanted: partitioned.size === 0 ? wanted : made.objects(partitioned),
          sections: made.sections,
          live,
          roles,
          version: server.version,
          whole: options.directory !== undefined || options.features !== undefined,
          standby: server.inRecovery,
        });
  const subject: Subject = { ...bare, plans, comparison };
  const { model } = subject;
  const found = findingsOf(subject, seen.ofFeatures);
  const sorted = sortOut(found, options.ignore ?? [], [...rules, ...checks]);
  const findings =
    options.prove === true ? await shownBy(connection, sorted.findings) : sorted.findings;
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
    ...sorted,
    findings,
    exempted: seen.exempted,
    staleExemptions: exemptions.unused(),
    unseen: [...seen.unseen, ...made.unseen, ...(comparison?.unseen ?? [])],
    durationMs: performance.now() - started,
  };
}

function findingsOf(subject: Subject, ofFeatures: readonly Finding[]): Finding[] {
  const found = rules.flatMap((rule) =>
    [...rule.find(subject)].map((found) => {
      const proof = found.leak === undefined ? [] : [proofOf(found.leak, subject)];
      return findingOf({ ...rule, docs: docsBase + rule.id }, rule.group, found, proof);
    }),
  );
  // stable: rules keep their order within a severity
  return [...found, ...ofFeatures].sort((a, b) => order[a.severity] - order[b.severity]);
}

/** Runs the query of each finding, and adds the result. */
async function shownBy(
  connection: DoctorConnection,
  findings: readonly Finding[],
): Promise<Finding[]> {
  const shown: Finding[] = [];
  for (const finding of findings) {
    const [proof] = finding.proof;
    shown.push(
      proof === undefined ? finding : { ...finding, shown: await showProof(connection, proof) },
    );
  }
  return shown;
}
