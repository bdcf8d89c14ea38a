import { name } from '@tenantry/core/sql';
import type { DoctorFinding, DoctorRule } from '../../feature/doctor.ts';
import type { Subject, TableView } from '../subject/types.ts';
import type { RuleGroup } from '../types.ts';

/** A rule of doctor's own. */
export interface Rule extends DoctorRule<Subject> {
  readonly group: RuleGroup;
  find(subject: Subject): Iterable<Found>;
}

/** A finding of a rule of doctor's own. */
export interface Found extends DoctorFinding {
  /** Where a row of another tenant can be read, for the query that shows one. */
  readonly leak?: Leak;
}

/** A table or view whose rows are visible to a role that should not see them. */
export interface Leak {
  readonly from: { readonly schema: string; readonly name: string };
  /** The columns that identify a row: the tenant and the key. Empty when they are unknown. */
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

/** A placeholder in SQL for a name that only a person knows. */
export const migratingLogin = '<migrating login>';

export const quoted = (...parts: readonly string[]): string => name(...parts).sql;
export const sqlOf = (table: { readonly schema: string; readonly name: string }): string =>
  quoted(table.schema, table.name);

/** `a, b and c` */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
