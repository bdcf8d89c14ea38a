import { type Tenancy, TenantryError } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { TableNote } from '../fragments/notes.ts';
import type { LiveColumn, LiveTable } from '../model/live.ts';
import { type TableName, titleOfPath } from '../model/table.ts';
import { camel, withAliases } from './names.ts';
import { pgTableOf } from './pg-table.ts';
import { isMade, rulesOf, type TableDeclaration } from './rules.ts';

/** One table, declared and as it is in the database; a made one may not be there yet. */
export interface Known extends TableName {
  readonly declaration: TableDeclaration;
  readonly live: LiveTable | undefined;
}

type Others = Readonly<Record<string, () => PgTable>>;

/** A declared table, with the columns that the database has and the fragments of its rules. */
export function build(
  tenancy: Tenancy,
  { schema, name, declaration, live }: Known,
  others: Others,
  keys: readonly unknown[] | ((columnNamed: (name: string) => unknown) => unknown[]),
  note?: TableNote,
): PgTable {
  const tenantColumn =
    note?.kind === 'scoped' && note.withoutTenant === undefined ? note.tenantColumn : undefined;
  const current = `(${tenantOfTransaction(tenancy).sql})`;
  const rules = rulesOf(declaration);
  const { table, properties } = pgTableOf(
    { schema, name },
    {
      live,
      ...(isMade(declaration) && { own: declaration.columns() }),
      keyOf: (column) => (column === tenancy.column ? tenancy.property : column),
      defaultOf: (column) =>
        column.name === tenantColumn?.name && fillable(column, tenancy.setting)
          ? current
          : undefined,
      extras(t) {
        const aliased = withAliases({ ...t }, t);
        const named = new Map(Object.values(t).map((column) => [column.name, column]));
        return [
          // a fragment takes options in the second place
          ...(rules.length < 2 ? rules(aliased, undefined) : rules(aliased, others)),
          ...(typeof keys === 'function' ? keys((column) => named.get(column)) : keys),
        ];
      },
    },
  );
  return withAliases(table, columnsByKey(table, properties));
}

/** A default of another kind stays, and what is generated has none. */
const fillable = ({ default: value, generated, serial }: LiveColumn, setting: string) =>
  !generated &&
  !serial &&
  (value === null || value.includes(setting) || /current_tenant\(|no_tenant\(/.test(value));

const columnsByKey = (table: object, properties: readonly string[]): object =>
  Object.fromEntries(properties.map((key) => [key, (table as Record<string, unknown>)[key]]));

/** The other tables, by the names that tenantry.config.ts gives them and by their camelCase. */
export function othersIn(tables: ReadonlyMap<string, PgTable>): Others {
  const find = (written: string) => {
    const titles = [...tables].filter(([path]) => {
      const title = titleOfPath(path);
      return title === written || camel(title) === written;
    });
    const [found] = titles;
    if (found !== undefined) return found[1];
    throw new TenantryError('CONFIG_INVALID', {
      found: `a rule refers to table ${written}, which tables of tenantry.config.ts does not name.`,
      fix: 'Name it there, or correct the name.',
    });
  };
  return new Proxy({} as Record<string, () => PgTable>, {
    get: (_, written) => (typeof written === 'string' ? () => find(written) : undefined),
  });
}
