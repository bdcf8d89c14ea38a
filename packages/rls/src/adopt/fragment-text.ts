import type { Tenancy } from '@tenantry/core';
import type { LiveTable } from '../model/live.ts';
import { findTable, keyOf } from './facts.ts';
import { uniqueOf } from './fragments.ts';
import type { PlannedTable } from './plan.ts';
import type { PlannedDatabase } from './planned-database.ts';
import { type PlannedReference, referencesOfPlan } from './references.ts';

/** How a text names columns and other tables. */
export interface Naming {
  /** A column of the table itself: `t.projectId`. */
  column(name: string): string;
  /** A column of another table, as a property: `projectId`. */
  property(name: string): string;
  /** Another table: `() => projects`. */
  other(table: { readonly schema: string; readonly name: string }): string;
  /** Whether the tenant column is named in `isolate`, because it is not the property of the tenancy. */
  namesTenant(column: string): boolean;
}

interface Within extends PlannedDatabase {
  readonly tenancy: Tenancy;
}

/** The fragments of a table as TypeScript: `...isolate(t), ...reference(t, { … })`. None for one that is left alone. */
export function fragmentText(
  planned: PlannedTable,
  live: LiveTable,
  within: Within,
  naming: Naming,
): string | undefined {
  const { plan, facts } = within;
  switch (planned.is) {
    case 'tenants':
      return '...tenants(t)';
    case 'shared':
      return '...shared(t)';
    case 'system':
      return '...systemOnly(t)';
    case 'visible': {
      const link = findTable(facts, plan.members?.table ?? '');
      if (link === undefined) return '...systemOnly(t)';
      return `...visibleThrough(t, { link: ${naming.other(link)}, property: ${quoted(naming.property(plan.members?.user ?? ''))} })`;
    }
    case 'isolated':
      return [
        `...isolate(t${isolateOptions(planned, live, within, naming)})`,
        ...referencesOfPlan(planned, live, within).map((each) =>
          referenceText(planned, each, naming),
        ),
      ].join(', ');
    default:
      return undefined;
  }
}

/** The second argument of `isolate`, with what it would not find by itself. */
function isolateOptions(
  planned: PlannedTable,
  live: LiveTable,
  within: Within,
  naming: Naming,
): string {
  const { column = '' } = planned;
  const unique = uniqueOf(planned, live, within)?.map((each) => naming.column(each));
  const options = [
    ...(naming.namesTenant(column) ? [`tenant: ${naming.column(column)}`] : []),
    ...(keyOf(live).length === 1 ? [] : ['key: false']),
    ...(unique === undefined ? [] : [`unique: ${listed(unique)}`]),
  ];
  return options.length === 0 ? '' : `, { ${options.join(', ')} }`;
}

function referenceText(
  planned: PlannedTable,
  { columns, foreign, foreignColumns, onDelete }: PlannedReference,
  naming: Naming,
): string {
  const isSelf = foreign.planned.table === planned.table;
  const properties = foreignColumns.map((each) => quoted(naming.property(each)));
  const options = [
    `column: ${listed(columns.map((each) => naming.column(each)))}`,
    `to: ${isSelf ? "'self'" : naming.other(foreign.live)}`,
    ...(properties.join() === "'id'" ? [] : [`property: ${listed(properties)}`]),
    ...(onDelete === 'no action' ? [] : [`onDelete: '${onDelete}'`]),
  ];
  return `...reference(t, { ${options.join(', ')} })`;
}

const listed = (items: readonly string[]): string =>
  items.length === 1 ? (items[0] ?? '') : `[${items.join(', ')}]`;

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

/** `t.userId`, and `t['my column']` for a name that is no identifier. */
export const member = (of: string, name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? `${of}.${name}` : `${of}[${quoted(name)}]`;

/** A key of an object literal. */
export const keyText = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
