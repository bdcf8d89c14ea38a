import { type Ddl, ddl, name, type SqlFunction, sqlLiteral } from '@tenantry/core/sql';
import { distributeOwn, type FeatureInput } from '@tenantry/rls/feature';
import type { Model } from '../model.ts';
import { writeDown } from './changed-row.ts';

/** The log of changes, with the former values; on Citus that of tenants. */
export const log = ddl`tenantry.limit_changed`;

/** On Citus the changes of plans are in a table of their own, which every node has. */
export const logOf = (ofTenant: boolean): Ddl =>
  ofTenant ? log : ddl`tenantry.limit_changed_plans`;

/** Both tables, and where they are. */
export function logTables(model: Model, input: FeatureInput): Ddl[] {
  const { tenantType, tenancy } = model;
  const rest = ddl`part text not null, key text not null, before jsonb, at timestamptz not null default clock_timestamp()`;
  const plans = logOf(false);
  return [
    ddl`
      create table if not exists ${plans} (
        id bigint generated always as identity primary key, ${rest}
      );
      create index if not exists limit_changed_plans_at_idx on ${plans} (at);
      ${split(plans)}
      create table if not exists ${log} (
        tenant ${tenantType} not null, id bigint generated always as identity, ${rest}, primary key (tenant, id)
      );
      create index if not exists limit_changed_at_idx on ${log} (tenant, at);
      revoke all on ${log}, ${plans} from public;
      grant select, insert, update, delete on ${log}, ${plans} to ${name(tenancy.roles.system)};
    `,
    ...distributeOwn(input, {
      ofTenants: { limit_changed: 'tenant' },
      ofAll: ['limit_changed_plans'],
    }),
  ];
}

/** On one server both were one table, where those of plans have no tenant. */
const split = (plans: Ddl): Ddl => ddl`
      do $tenantry$
      begin
        if exists (select from pg_attribute a where a.attrelid = to_regclass(${sqlLiteral(log)}) and a.attname = 'tenant' and not a.attnotnull) then
          insert into ${plans} (part, key, before, at)
          select c.part, c.key, c.before, c.at from ${log} c where c.tenant is null order by c.at, c.id;
          delete from ${log} c where c.tenant is null;
          alter table ${log} drop constraint limit_changed_pkey, alter column tenant set not null, add primary key (tenant, id);
        end if;
      end
      $tenantry$;`;

/** `tenantry.limit_changed_row()`, and `limit_changed_plan_row()` for the tables of all tenants. */
export const watchFunctions = (model: Model): SqlFunction[] =>
  [true, false].map((ofTenant) =>
    writeDown(model, {
      called: ofTenant ? 'limit_changed_row' : 'limit_changed_plan_row',
      ofTenant,
      keyFrom: 'before',
      declared: ddl``,
      before: ddl`
        if before is not distinct from after then
          return null;
        end if;`,
      log: logOf(ofTenant),
      tenant: ddl`tenant`,
      values: { part: ddl`tg_argv[0]`, before: ddl`before` },
    }),
  );
