import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { type AdoptConnection, rowsOf } from './connection.ts';
import { type Facts, findTable } from './facts.ts';
import { mostKeys } from './finding.ts';
import { hasOurPolicies } from './our-policies.ts';
import type { AdoptionPlan } from './plan.ts';

/**
 * Looks at the ids of the tenants before anything is changed: with one that no scope takes, a tenant would
 * lose its rows out of sight.
 * @throws TenantryError `ADOPT_TENANT_ID_INVALID` names the first of them
 */
export async function checkTenantIds(
  connection: AdoptConnection,
  tenancy: Tenancy,
  plan: AdoptionPlan,
  facts: Facts,
): Promise<void> {
  const { table, id } = plan.tenants;
  const live = findTable(facts, table);
  // enforced by us: looked at before
  if (live === undefined || hasOurPolicies(facts, live, tenancy)) return;
  const column = name(id);
  const ids = await rowsOf<{ id: string; rows: number }>(
    connection,
    ddl`
      select ${column}::text as id, (count(*) over ())::int as rows from ${name(live.schema, live.name)}
      where ${isNoId(tenancy, column)} order by 1 limit ${{ sql: String(mostKeys) }}
    `.sql,
  );
  const [first] = ids;
  if (first === undefined) return;
  const shown = ids.slice(0, 5).map((each) => JSON.stringify(each.id.slice(0, 80)));
  throw new TenantryError('ADOPT_TENANT_ID_INVALID', {
    found: `${table}: ${first.rows === 1 ? 'a row has' : `${first.rows} rows have`} in ${id} ${shown.join(', ')}${first.rows > shown.length ? ` and ${first.rows - shown.length} more` : ''}; an id of kind ${tenancy.id} is ${forms[tenancy.id]}.`,
  });
}

const forms: Readonly<Record<Tenancy['id'], string>> = {
  uuid: 'a uuid',
  text: '1 to 128 letters, digits, _, - or ., not starting with .',
  integer: 'a whole number from -2147483648 to 2147483647',
  bigint: 'a whole number from -2^63 to 2^63 - 1',
};

/** The forms of `tenancy.parseId`. */
function isNoId({ id }: Tenancy, column: Ddl): Ddl {
  switch (id) {
    case 'text':
      return ddl`${column}::text !~ '^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127} *$'`;
    case 'integer':
      // it may be a bigint
      return ddl`not ${column} between -2147483648 and 2147483647`;
    default:
      return ddl`false`;
  }
}
