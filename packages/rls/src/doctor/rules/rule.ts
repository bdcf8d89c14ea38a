import { name } from '@tenantry/core/sql';
import type { Subject, TableView } from '../subject/types.ts';
import type { RuleGroup, Severity } from '../types.ts';

/** One thing that `doctor` looks for. */
export interface Rule {
  /** Stable: it stands in configurations and in the addresses of the docs. */
  readonly id: string;
  readonly group: RuleGroup;
  /** How much a finding matters, unless the finding says otherwise. */
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
}

export const quoted = (...parts: readonly string[]): string => name(...parts).sql;
export const sqlOf = (table: { readonly schema: string; readonly name: string }): string =>
  quoted(table.schema, table.name);

/** `a, b and c` */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Tables whose policies matter on this server: Citus wants them otherwise. */
export const onPlainPostgres = ({ catalogue, tenantTables }: Subject): readonly TableView[] =>
  catalogue.server.citus ? [] : tenantTables;
