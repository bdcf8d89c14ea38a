import { name } from '@tenantry/core/sql';
import type { Subject, TableView } from '../subject/types.ts';
import type { RuleGroup, Severity } from '../types.ts';

/** One thing that `doctor` looks for. */
export interface Rule {
  /** Stable: it stands in configurations and in the addresses of the docs. */
  readonly id: string;
  readonly group: RuleGroup;
  /** How serious a finding is. A finding can set its own severity. */
  readonly severity: Severity;
  /** What holds when there is no finding, in a few words. */
  readonly title: string;
  check(subject: Subject): Iterable<Found>;
}

/** What a rule says of one object. */
export interface Found {
  readonly object: string;
  readonly found: string;
  readonly evidence?: readonly string[];
  readonly fix: string;
  readonly fixSql?: readonly string[];
  readonly needsSuperuser?: boolean;
  readonly severity?: Severity;
  /** Where a row of another tenant can be read, for the query that shows one. */
  readonly leak?: Leak;
}

/** A table or view whose rows somebody sees who should not. */
export interface Leak {
  readonly from: { readonly schema: string; readonly name: string };
  /** What tells a row: the tenant and the key. Empty where that is not known. */
  readonly columns: readonly string[];
  /** The role that reads it. Default: the role that serves tenants. */
  readonly role?: string;
}

/** The rows of a table, by their tenant and their key. */
export function leakOf(
  table: TableView,
  { catalogue }: Pick<Subject, 'catalogue'>,
  role?: string,
): Leak {
  const key = catalogue.constraints.find((k) => k.table === table.oid && k.kind === 'primary');
  const columns = [table.tenantColumn, ...(key?.columns ?? [])].filter((c) => c !== undefined);
  return {
    from: table,
    columns: [...new Set(columns)].slice(0, 4),
    ...(role !== undefined && { role }),
  };
}

/** Stands in SQL for a name that only a person knows. */
export const migratingLogin = '<migrating login>';

export const quoted = (...parts: readonly string[]): string => name(...parts).sql;
export const sqlOf = (table: { readonly schema: string; readonly name: string }): string =>
  quoted(table.schema, table.name);

/** `a, b and c` */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Tables whose policies matter on this server: Citus wants them otherwise. */
export const onPlainPostgres = ({ catalogue, tenantTables }: Subject): readonly TableView[] =>
  catalogue.server.citus ? [] : tenantTables;
