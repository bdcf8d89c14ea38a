import { name } from '@tenantry/core/sql';
import type { BenchDatabase } from '../lib/database.ts';
import { ids } from '../scoped/ids.ts';
import { samples } from '../scoped/samples.ts';
import { isolation, rowsPerTenant, tenancy } from '../scoped/schema.ts';

/** How many tenants have a schema of their own, and the first of them. */
const schemaCount = 20;
const first = 601;

/** Rows of the tenants with a schema, and of as many that share their tables. */
export const ownSample = samples(first, first + schemaCount - 1, rowsPerTenant);
export const sharingSample = samples(
  first + schemaCount,
  first + 2 * schemaCount - 1,
  rowsPerTenant,
);

/** Gives tenants a schema with the table and their rows, as `tenantry places add` makes it. */
export async function prepareSchemas(database: BenchDatabase): Promise<void> {
  const barred = name(`${tenancy.schema}_barred`).sql;
  const { app } = tenancy.roles;
  await database.ask(`create type ${barred}.projects as ()`);
  for (let t = first; t < first + schemaCount; t++) {
    await database.ask(`
      create schema t_${t};
      grant usage on schema t_${t} to ${app};
      set local search_path = t_${t}, public;
      create table t_${t}.projects (like public.projects including all);
      insert into t_${t}.projects select p.* from public.projects p, (select ${t} as t) s where p.organization_id = ${ids.sql};
      ${isolation('projects')}
      insert into tenantry.places (name, schema_name) values ('own_${t}', 't_${t}');
      insert into tenantry.placements (tenant, place) select (${ids.sql})::text, 'own_${t}' from (select ${t} as t) s;`);
  }
  await database.ask('vacuum (freeze, analyze)');
}
