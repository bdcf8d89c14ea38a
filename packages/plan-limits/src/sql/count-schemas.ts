import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { inSchemaOf } from '@tenantry/rls/feature';
import { counts } from './conditions.ts';
import type { Model, SqlCounted } from './model.ts';

/** What {@link readSchemas} needs in `declare`. */
export const schemaVariables: Ddl = ddl`
  place record;
  in_schema jsonb;
  in_schemas jsonb;
`;

/** The condition that a tenant has its rows in a shared table; what a move has left there does not count. */
export const livesHere = ({ inSchemas, tenant }: SqlCounted): Ddl =>
  inSchemas
    ? ddl` and not exists (select from tenantry.placements r join tenantry.places s on s.name = r.place where s.schema_name is not null and r.tenant = c.${tenant}::text)`
    : ddl``;

/**
 * Counts the rows of tables in the schemas of tenants into `in_schemas`, each tenant where it lives. Nobody
 * adds or removes one meanwhile: the locks are taken before the counts, which have snapshots of their own.
 */
export const readSchemas = (tables: readonly SqlCounted[]): Ddl => ddl`
  in_schemas := '[]';
  for place in select s.name, s.schema_name from tenantry.places s where s.schema_name is not null order by 2 loop
    ${join(tables.map(readTable), '\n')}
  end loop;
`;

const readTable = (table: SqlCounted): Ddl => {
  const schema = ddl`place.schema_name`;
  const lock = inSchemaOf(
    schema,
    (of) => ddl`lock table ${of(table.name)} in share row exclusive mode`,
  );
  const count = inSchemaOf(
    schema,
    (of) =>
      ddl`select jsonb_agg(jsonb_build_array(n.tenant, n.used)) from (select c.${table.tenant} as tenant, count(*) as used from ${of(table.name)} c join tenantry.placements r on r.tenant = c.${table.tenant}::text and r.place = $1 where ${counts(table, ddl`c`)} group by 1) n`,
  );
  return ddl`
    -- a schema that has not had its last migration yet
    if to_regclass(format('%I.%I', ${schema}, ${literal(table.name)})) is not null then
      execute ${lock};
      execute ${count} into in_schema using place.name;
      in_schemas := in_schemas || coalesce(in_schema, '[]');
    end if;
  `;
};

/** What {@link readSchemas} has counted. */
export const ofSchemas = ({ tenantType }: Model): Ddl =>
  ddl`select (t ->> 0)::${tenantType}, (t ->> 1)::bigint from jsonb_array_elements(in_schemas) t`;
