import type { Tenancy } from '@tenantry/core';
import { titleOf } from '../model/table.ts';
import { type Facts, findTable, keyOf } from './facts.ts';
import type { AdoptionPlan } from './plan.ts';
import { referencesOfPlan } from './schema.ts';

/** What a table of the Drizzle schema says after its adoption, as lines to copy. */
export interface SchemaLines {
  readonly table: string;
  readonly lines: readonly string[];
}

/**
 * The fragments that the tables of a plan take in the schema module, with the properties in camelCase as
 * drizzle-kit pull writes them.
 */
export function schemaLines(plan: AdoptionPlan, facts: Facts, tenancy: Tenancy): SchemaLines[] {
  return plan.tables.flatMap((planned): SchemaLines[] => {
    const live = findTable(facts, planned.table);
    if (live === undefined) return [];
    const table = titleOf(live);
    switch (planned.is) {
      case 'tenants':
        return [{ table, lines: ['(t) => [...tenants(t)]'] }];
      case 'shared':
        return [{ table, lines: ['(t) => [...shared(t)]'] }];
      case 'system':
        return [{ table, lines: ['(t) => [...systemOnly(t)]'] }];
      case 'visible':
        return [
          {
            table,
            lines: [
              `(t) => [...visibleThrough(t, { link: () => ${camel(nameIn(plan.members?.table ?? ''))}, property: '${camel(plan.members?.user ?? '')}' })]`,
            ],
          },
        ];
      case 'isolated': {
        const key = keyOf(live).length === 1 ? '' : ', { key: false }';
        const references = referencesOfPlan(planned, live, { plan, facts }).map(
          ({ column, foreign, foreignColumn, onDelete }) => {
            const self = foreign.planned.table === planned.table;
            const more = [
              `column: t.${camel(column)}`,
              `to: ${self ? "'self'" : `() => ${camel(foreign.live.name)}`}`,
              ...(foreignColumn === 'id' ? [] : [`property: '${camel(foreignColumn)}'`]),
              ...(onDelete === 'no action' ? [] : [`onDelete: '${onDelete}'`]),
            ];
            return `...reference(t, { ${more.join(', ')} })`;
          },
        );
        const usual = planned.column === tenancy.column;
        return [
          {
            table,
            lines: [
              usual
                ? '...tenancy.columns.scoped(),'
                : `${tenancy.property}: the column ${planned.column}, not null,`,
              `(t) => [${[`...isolate(t${key})`, ...references].join(', ')}]`,
            ],
          },
        ];
      }
      default:
        return [];
    }
  });
}

const nameIn = (path: string): string => path.slice(path.indexOf('.') + 1);
const camel = (name: string): string =>
  name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
