import { defaultSchema } from '@tenantry/core/sql';
import type { LiveConstraint } from '../../model/live.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { quoted, sqlOf } from './rule.ts';

interface Across {
  readonly table: TableView;
  readonly foreign: TableView;
  readonly constraint: LiveConstraint;
}

/** Foreign keys between two tenant tables that do not include the tenant columns. */
export function* referencesAcross(subject: Subject): Generator<Across> {
  const { catalogue, table: find, model } = subject;
  const own = model.tenancy?.schema ?? defaultSchema;
  const guarded = new Set(
    catalogue.triggers
      .filter((each) => each.enabled && subject.function(each.function)?.schema === own)
      .filter((each) => each.functionName !== 'refuse_column_change')
      .map((each) => each.table),
  );
  for (const constraint of catalogue.constraints) {
    if (constraint.kind !== 'foreign') continue;
    const table = find(constraint.table);
    const foreign = find(constraint.foreignTable);
    if (table?.isolation !== 'scoped' || foreign?.isolation !== 'scoped') continue;
    const pairs = constraint.columns.some(
      (column, i) =>
        column === table.tenantColumn && constraint.foreignColumns[i] === foreign.tenantColumn,
    );
    // the tenant of a shared row is null, so no key can contain it: a trigger must check
    const isGuarded = foreign.withoutTenant === 'shared' && guarded.has(table.oid);
    if (!pairs && !isGuarded) yield { table, foreign, constraint };
  }
}

/** The same reference including the tenant; the referenced table needs the unique key first. */
export function referenceFix(
  table: TableView,
  foreign: TableView,
  constraint: LiveConstraint,
): string[] {
  const own = table.tenantColumn ?? '';
  const other = foreign.tenantColumn ?? '';
  const columns = (names: readonly string[]) => names.map((column) => quoted(column)).join(', ');
  const cleared = constraint.onDelete.startsWith('set') ? ` (${columns(constraint.columns)})` : '';
  const action =
    constraint.onDelete === 'no action' ? '' : ` on delete ${constraint.onDelete}${cleared}`;
  return [
    `create unique index if not exists ${quoted(`${foreign.name}_${other}_key`.slice(0, 63))} on ${sqlOf(foreign)} (${columns([other, ...constraint.foreignColumns])});`,
    `alter table ${sqlOf(table)} drop constraint ${quoted(constraint.name)}, add constraint ${quoted(constraint.name)}\n  foreign key (${columns([own, ...constraint.columns])}) references ${sqlOf(foreign)} (${columns([other, ...constraint.foreignColumns])})${action};`,
  ];
}
