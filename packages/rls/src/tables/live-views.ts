import type { ExemptionMatcher } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import { pgMaterializedView, pgSchema, pgView } from 'drizzle-orm/pg-core';
import type { CatalogueQuery } from '../model/read-catalogue.ts';
import type { TableName } from '../model/table.ts';

/** A view of a database. */
export interface LiveView extends TableName {
  readonly materialized: boolean;
  /** Whether it reads with the rights and the tenant of the caller. */
  readonly invoker: boolean;
}

const viewsSql = `
select n.nspname::text as schema, c.relname::text as name, c.relkind = 'm' as materialized,
  exists (select from pg_catalog.pg_options_to_table(c.reloptions) o
    where o.option_name = 'security_invoker' and o.option_value in ('true', 'on', 'yes', '1')) as invoker
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and d.objid = c.oid and d.deptype = 'e')
order by 1, 2`;

export const readViews = async (query: CatalogueQuery): Promise<readonly LiveView[]> =>
  (await query(viewsSql, [], 'views')) as readonly LiveView[];

/** The views of a database as a schema module of Drizzle would have them; `generate` grants them. */
export function viewsOf(
  views: readonly LiveView[],
  exempt: ExemptionMatcher,
  ours: string,
): Record<string, object> {
  const own = views.filter(
    ({ schema, name }) => schema !== ours && exempt.find(schema, name) === undefined,
  );
  return Object.fromEntries(own.map((view) => [`${view.schema}.${view.name}`, viewOf(view)]));
}

function viewOf({ schema, name, materialized, invoker }: LiveView): object {
  const nothing = sql`select`;
  const isPublic = schema === 'public';
  // not one maker for both: in Drizzle 1.0 the two have types that no call fits
  if (materialized) {
    return isPublic
      ? pgMaterializedView(name, {}).as(nothing)
      : pgSchema(schema).materializedView(name, {}).as(nothing);
  }
  const options = { securityInvoker: invoker };
  return isPublic
    ? pgView(name, {}).with(options).as(nothing)
    : pgSchema(schema).view(name, {}).with(options).as(nothing);
}
