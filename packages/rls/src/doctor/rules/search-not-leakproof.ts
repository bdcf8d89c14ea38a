import { name } from '@tenantry/core/sql';
import type { FunctionFacts } from '../catalogue/model.ts';
import type { Subject, TableView } from '../subject/types.ts';
import type { Rule } from './rule.ts';
import { isIntactSearch, isSearch } from './search-functions.ts';

/** An index for searching is used under the policies. */
export const searchNotLeakproof: Rule = {
  id: 'search-not-leakproof',
  group: 'tables',
  severity: 'warning',
  title: 'An index for searching is used under the policies',
  *find(subject) {
    const searches = intactSearches(subject);
    const tables = new Map(subject.tenantTables.map((table) => [table.oid, table]));
    for (const index of subject.catalogue.indexes) {
      const table = tables.get(index.table);
      if (table?.rls !== true || !index.valid || index.ofConstraint) continue;
      for (const searched of index.notLeakproof) {
        if (searches.some(({ body }) => serves(body, table, searched))) continue;
        yield {
          object: `${table.title}.${index.name}`,
          found: `the operators that search ${searched} are not leakproof: under row-level security PostgreSQL runs them after the policy, and cannot use this index.`,
          fix: fixOf(table, searched),
        };
      }
    }
  },
};

function intactSearches({ catalogue, model }: Subject): readonly FunctionFacts[] {
  const { tenancy, declared } = model;
  if (tenancy === undefined) return [];
  return catalogue.functions.filter(
    (each) => isSearch(each, tenancy) && isIntactSearch(each, tenancy, declared),
  );
}

/** Whether a search function reads this table by a column of the index. */
function serves(body: string, table: TableView, searched: string): boolean {
  if (!body.includes(`${name(table.schema, table.name).sql} where `)) return false;
  return table.columns.some(
    ({ name: column }) =>
      column !== table.tenantColumn &&
      (searched === column || mentions(searched, column)) &&
      body.includes(name(table.name, column).sql),
  );
}

const mentions = (expression: string, column: string): boolean => {
  const words: readonly string[] = expression.match(/[\w$]+/g) ?? [];
  return expression.includes(`"${column}"`) || words.includes(column);
};

function fixOf({ columns }: TableView, searched: string): string {
  const column = columns.find((each) => each.name === searched || mentions(searched, each.name));
  const kind = kindOf(column?.type ?? '', searched);
  return kind === undefined
    ? 'Search by the tenant and another index, or in a function that compares with the tenant and returns keys only.'
    : `Add ...searchable(t, { ${column?.name}: ${kind} }) to the table, and find rows with matches(column, query).`;
}

function kindOf(type: string, searched: string): string | undefined {
  if (type === 'tsvector' || searched.includes('to_tsvector')) return "{ fullText: 'english' }";
  if (type === 'jsonb') return "'contains'";
  if (/(^|\.)citext$/.test(type)) return "'equals'";
  return /^(text|character varying|varchar)/.test(type) && !type.endsWith(']')
    ? "'substring'"
    : undefined;
}
