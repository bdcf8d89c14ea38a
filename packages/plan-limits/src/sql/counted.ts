import { type Ddl, ddl, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { inSchemaOf, schemaOfTenant } from '@tenantry/rls/feature';
import { counts } from './conditions.ts';
import { systemFunction } from './functions.ts';
import type { Model, SqlCounted } from './model.ts';

/** The features that count rows; of one mode, or of both. */
export const countFeatures = (model: Model, only?: 'live' | 'counter'): string[] =>
  model.names.filter((each) => {
    const feature = model.feature(each);
    return feature.kind === 'count' && (only === undefined || feature.mode === only);
  });

/** All rows of a tenant that count, of all tables of the feature: `select 1 from … union all …`. */
export function countedRows(
  model: Model,
  feature: string,
  tenant: Ddl,
  pathOf: (table: SqlCounted) => Ddl = ({ path }) => path,
): Ddl {
  const selects = model
    .counted(feature)
    .map(
      (table) =>
        ddl`select 1 from ${pathOf(table)} c where c.${table.tenant} = ${tenant} and ${counts(table, ddl`c`)}`,
    );
  return join(selects, ' union all ');
}

/**
 * `tenantry.limit_count(tenant, feature)`: how many rows of a tenant count. It is STABLE and so sees
 * what its caller sees: in a VOLATILE function what others have committed, in a STABLE one what was
 * there when the statement began.
 *
 * Where a tenant has tables in a schema of its own, its rows there count.
 */
export function countFunction(model: Model): SqlFunction {
  const features = countFeatures(model);
  const inSchemas = features.some((each) => isInSchemas(model, each));
  const arms = features.map(
    (each) => ddl`
      if of_feature = ${literal(each)} then
        ${isInSchemas(model, each) ? countInSchema(model, each) : ddl``}
        return (select count(*) from (${countedRows(model, each, ddl`of_tenant`)}) c);
      end if;
    `,
  );
  return systemFunction(
    model,
    ddl`limit_count(of_tenant ${model.tenantType}, of_feature text) returns bigint`,
    ddl`
      ${inSchemas ? ddl`declare` : ddl``}
        ${inSchemas ? ddl`in_schema constant text := ${schemaOfTenant(ddl`of_tenant`)};` : ddl``}
        ${inSchemas ? ddl`counted bigint;` : ddl``}
      begin
        ${join(arms, '\n')}
        return null;
      end
    `,
    { volatility: 'stable' },
  );
}

/** Whether a tenant may have some of the rows in a schema of its own. */
export const isInSchemas = (model: Model, feature: string): boolean =>
  model.counted(feature).some((table) => table.inSchemas);

const countInSchema = (model: Model, feature: string): Ddl => ddl`
  if in_schema is not null then
    execute ${inSchemaOf(ddl`in_schema`, (of) => {
      const rows = countedRows(model, feature, ddl`$1`, (table) =>
        table.inSchemas ? of(table.name) : table.path,
      );
      return ddl`select count(*) from (${rows}) c`;
    })} into counted using of_tenant;
    return counted;
  end if;
`;

/** The key of the lock that inserts of one tenant and feature wait for: equal hashes only wait more. */
export const lockKey = (feature: Ddl, tenant: Ddl): Ddl =>
  ddl`hashtextextended('tenantry:limit:' || ${feature} || ':' || ${tenant}::text, 0)`;

/** The row of usage_counters that a counter-backed count keeps its figure in. */
export const ofCountRow = (model: Model, feature: Ddl, tenant: Ddl): Ddl => {
  const counters = model.needed('usageCounters');
  return ddl`c.${counters.tenant} = ${tenant} and c.feature = ${feature} and c.period_start = '-infinity'`;
};
