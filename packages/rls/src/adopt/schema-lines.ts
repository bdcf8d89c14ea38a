import type { Tenancy } from '@tenantry/core';
import { titleOf } from '../model/table.ts';
import { camel } from '../tables/names.ts';
import { type Facts, findTable } from './facts.ts';
import { fragmentText, keyText, member, type Naming } from './fragment-text.ts';
import type { AdoptionPlan } from './plan.ts';

/** What a table says after its adoption, as lines to copy. */
export interface SchemaLines {
  readonly table: string;
  readonly lines: readonly string[];
}

/**
 * The fragments that the tables of a plan take in the schema module, with the properties in camelCase as
 * drizzle-kit pull writes them.
 */
export function schemaLines(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): SchemaLines[] {
  const naming: Naming = {
    column: (name) => member('t', name === tenancy.column ? tenancy.property : camel(name)),
    property: camel,
    other: ({ name }) => `() => ${camel(name)}`,
    namesTenant: () => false,
  };
  return linesOf(plan, facts, tenancy, naming, (planned, _, fragments) => [
    ...(planned.is !== 'isolated'
      ? []
      : planned.column === tenancy.column
        ? ['...tenancy.columns.scoped(),']
        : [`${tenancy.property}: the column ${planned.column}, not null,`]),
    `(t) => [${fragments}]`,
  ]);
}

/**
 * The same for `tables` in tenantry.config.ts, where an application has no Drizzle schema.
 *
 * @example
 * ```ts
 * for (const { lines } of tableRules(plan, facts, tenancy)) console.log(lines.join('\n'));
 * // projects: isolate,
 * ```
 */
export function tableRules(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): SchemaLines[] {
  const naming: Naming = {
    column: (name) => member('t', name),
    property: (name) => name,
    other: (table) => member('others', titleOf(table)),
    namesTenant: (column) => ![tenancy.column, tenancy.property].includes(column),
  };
  return linesOf(plan, facts, tenancy, naming, (_, table, fragments) => {
    const [, alone] = /^\.\.\.(\w+)\(t\)$/.exec(fragments) ?? [];
    const parameters = fragments.includes('others') ? '(t, others)' : '(t)';
    return [`${keyText(table)}: ${alone ?? `${parameters} => [${fragments}]`},`];
  });
}

function linesOf(
  plan: AdoptionPlan,
  facts: Facts,
  tenancy: Tenancy,
  naming: Naming,
  lines: (
    planned: AdoptionPlan['tables'][number],
    table: string,
    fragments: string,
  ) => readonly string[],
): SchemaLines[] {
  return plan.tables.flatMap((planned): SchemaLines[] => {
    const live = findTable(facts, planned.table);
    const fragments = live && fragmentText(planned, live, { plan, facts, tenancy }, naming);
    if (live === undefined || fragments === undefined) return [];
    const table = titleOf(live);
    return [{ table, lines: lines(planned, table, fragments) }];
  });
}
