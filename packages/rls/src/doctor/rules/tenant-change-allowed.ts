import { defaultSchema, name, textInSchema } from '@tenantry/core/sql';
import {
  fixedColumns,
  fixedColumnsSql,
  fixedColumnsTrigger,
} from '../../generate/fixed-columns.ts';
import type { TriggerFacts } from '../catalogue/model.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { type Found, quoted, type Rule, sqlOf } from './rule.ts';

/** A row keeps its tenant, its key and what is read-only. */
export const tenantChangeAllowed: Rule = {
  id: 'tenant-change-allowed',
  group: 'tables',
  severity: 'warning',
  title: 'A row never moves to another tenant',
  *find(subject) {
    const { tenantTables, tables, catalogue, roleBypasses } = subject;
    if (roleBypasses) return;
    const guards = new Map(
      catalogue.triggers
        .filter((t) => t.enabled && t.functionName === 'refuse_column_change')
        .map((t) => [t.table, t]),
    );
    for (const table of tenantTables) {
      if (!guards.has(table.oid)) yield* unguarded(subject, table);
    }
    for (const table of tables) {
      const guard = guards.has(table.oid) ? undefined : inherited(subject, table, guards);
      if (guard !== undefined) yield missingOn(table, guard);
    }
  },
};

function* unguarded(subject: Subject, table: TableView): Iterable<Found> {
  const { roleName, model } = subject;
  const column = table.columns.find(({ name: of }) => of === table.tenantColumn);
  if (column === undefined || table.roleOwns) return;
  if (model.tenancy !== undefined) {
    yield {
      object: table.title,
      found: 'the trigger that refuses to move a row to another tenant is missing or switched off.',
      fix: 'Run the migrations of `npx tenantry generate`.',
      fixSql: [
        ...guardSql(subject, table, column.name),
        `alter table ${sqlOf(table)} enable trigger ${quoted(fixedColumnsTrigger)};`,
      ],
    };
  } else if (column.mayUpdate && table.reachable) {
    yield {
      object: `${table.title}.${column.name}`,
      found: `role ${roleName} may UPDATE the tenant of a row; only the policies stand in the way.`,
      fix: 'Grant UPDATE column by column, without the tenant.',
    };
  }
}

/** The trigger as `generate` writes it; for an undeclared table only the tenant column is known. */
function guardSql({ model, catalogue }: Subject, table: TableView, tenant: string): string[] {
  const { oid, schema, name: of } = table;
  // a disabled trigger is otherwise intact
  if (catalogue.triggers.some((t) => t.table === oid && t.name === fixedColumnsTrigger)) return [];
  const declared = model.declared?.find((each) => each.schema === schema && each.name === of);
  const columns = declared ? fixedColumns(declared) : new Map([[tenant, 'tenant']] as const);
  const own = model.tenancy?.schema ?? defaultSchema;
  return fixedColumnsSql(columns, name(schema, of)).map(({ sql }) => textInSchema(own, sql));
}

/** The trigger of the parent of an inheritance child; partitions get their own from PostgreSQL. */
function inherited(
  subject: Subject,
  table: TableView,
  guards: ReadonlyMap<number, TriggerFacts>,
): TriggerFacts | undefined {
  for (const oid of table.parents) {
    const parent = subject.table(oid);
    if (parent === undefined || parent.kind === 'partitioned') continue;
    const guard = guards.get(oid) ?? inherited(subject, parent, guards);
    if (guard !== undefined) return guard;
  }
  return undefined;
}

const missingOn = (table: TableView, guard: TriggerFacts): Found => ({
  object: table.title,
  found:
    'a child by INHERITS has no triggers of its parent, and statements on the parent change its rows: they keep neither tenant nor id.',
  fix: 'Give the child the trigger of its parent.',
  fixSql: [
    `${guard.definition.replace(/ ON (?:"(?:[^"]|"")*"|[^\s"])+ FOR EACH ROW/, () => ` ON ${sqlOf(table)} FOR EACH ROW`)};`,
  ],
});
