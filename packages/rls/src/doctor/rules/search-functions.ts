import type { Tenancy } from '@tenantry/core';
import { name, tenantOfTransaction } from '@tenantry/core/sql';
import type { DeclaredTable } from '../../model/table.ts';
import { searchBody } from '../../search/function-sql.ts';
import type { FunctionFacts } from '../catalogue/model.ts';

/** Whether a function searches past the policies, as those of `searchable` do. */
export const isSearch = (
  { schema, definer, body, name: called }: FunctionFacts,
  tenancy: Tenancy,
): boolean =>
  schema === tenancy.schema &&
  definer &&
  (body.includes('tenantry_tenant') || /^search_.*_[0-9a-f]{8}$/.test(called));

/**
 * Whether a search function is unchanged. With the Drizzle schema its text is known; without the schema
 * every query in it must begin with the tenant of the transaction.
 */
export function isIntactSearch(
  { body, name: called }: FunctionFacts,
  tenancy: Tenancy,
  declared: readonly DeclaredTable[] | undefined,
): boolean {
  const code = squeezed(body);
  for (const table of declared ?? []) {
    const search = table.searches.find(({ functionName }) => functionName === called);
    if (search === undefined) continue;
    const [first = '', ...rest] = squeezed(searchBody(tenancy, table, search)).split('{extension}');
    // the schema of the extension is unknown here
    return new RegExp(
      `^${[first, ...rest].map(escaped).join('(?:[a-z_0-9]+|"[^"]+")')}$`,
      'u',
    ).test(code);
  }
  const column = escaped(name(tenancy.column).sql);
  const tenant = `tenantry_tenant constant ${tenancy.id} := ${squeezed(tenantOfTransaction(tenancy).sql)};`;
  // rows that the index found are filtered by tenant when they are collected
  const collected = new RegExp(
    `select array_agg\\(found\\.place[^()]*\\) filter \\(where found\\.own\\), count\\(\\*\\) into tenantry_found, tenantry_seen from \\(select ("[^"]+")\\."ctid" as place,(?: \\1\\."[^"]+" as newest,)? \\1\\.${column} = tenantry_tenant(?: and [^;]*)? as own from only [^;]* limit \\d+\\) found;`,
    'g',
  );
  const rest = code.replace(collected, '');
  const bound = new RegExp(
    ` from (?:only )?(?:"[^"]+"\\.)?("[^"]+") where \\1\\.${column} = tenantry_tenant (?:and|order) `,
    'g',
  );
  const reads = rest.match(/ from (?!\( ?select )/g)?.length ?? 0;
  return code.includes(tenant) && reads > 0 && rest.match(bound)?.length === reads;
}

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
