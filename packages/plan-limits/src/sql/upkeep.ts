import { ddl, isoTime, type SqlFunction } from '@tenantry/core/sql';
import { takeEventsByTenant } from './citus/take-events.ts';
import { cleanFunctions } from './clean.ts';
import { functionAbout, systemFunction } from './functions.ts';
import type { Model } from './model.ts';

/** What operators and jobs call: overrides, the events of thresholds, and the end of what has grown old. */
export const upkeepFunctions = (model: Model): SqlFunction[] => [
  ...overrideFunctions(model),
  ...takeEventsFunction(model),
  ...cleanFunctions(model),
];

function overrideFunctions(model: Model): SqlFunction[] {
  const table = model.table('featureOverrides');
  if (table === undefined) return [];
  const known = model.names.map((each) => `'${each}'`).join(', ');
  return [
    ...functionAbout(
      model,
      ddl`
      limit_add_override(
        of_tenant ${model.tenantType},
        of_feature text,
        mode text,
        value bigint,
        starts_at timestamptz,
        ends_at timestamptz,
        reason text,
        actor text
      ) returns text
    `,
      ddl`
      declare
        made text;
        ${model.home === undefined ? ddl`` : ddl`begins timestamptz; -- Citus takes no COALESCE of a clock`}
      begin
        if of_feature <> all (array[${{ sql: known }}]::text[]) then
          raise exception 'FEATURE_UNKNOWN: %', of_feature using errcode = 'TN001';
        end if;
        ${model.home === undefined ? ddl`` : ddl`begins := coalesce($5, statement_timestamp());`}
        insert into ${table.path} as v (${table.tenant}, feature, mode, value, starts_at, ends_at, reason, actor)
        values (of_tenant, of_feature, $3, $4, ${model.home === undefined ? ddl`coalesce($5, statement_timestamp())` : ddl`begins`}, $6, $7, $8)
        returning v.id::text into made;
        return made;
      end`,
    ),
    ...functionAbout(
      model,
      ddl`limit_end_override(of_tenant ${model.tenantType}, of_id text) returns boolean`,
      ddl`
      begin
        update ${table.path} v set ends_at = statement_timestamp()
          where v.${table.tenant} = of_tenant and v.id::text = of_id and (v.ends_at is null or v.ends_at > statement_timestamp());
        return found;
      end`,
    ),
  ];
}

/** Two workers never get the same event, and none gets one of a transaction that may still fail. */
function takeEventsFunction(model: Model): SqlFunction[] {
  const table = model.table('limitEvents');
  if (table === undefined) return [];
  if (model.home !== undefined) return [takeEventsByTenant(model, table)];
  const made = systemFunction(
    model,
    ddl`limit_take_events(batch integer) returns jsonb`,
    ddl`
      declare
        result jsonb;
      begin
        with taken as (
            delete from ${table.path} e using (
              select v.ctid as place from ${table.path} v order by v.created_at limit batch for update skip locked
            ) d where e.ctid = d.place returning e.*
          ) select coalesce(jsonb_agg(jsonb_build_object('tenant', t.${table.tenant}::text, 'feature', t.feature, 'threshold', t.threshold,
            'used', t.used, 'limit', t.limit_value, 'plan', t.plan, 'at', ${isoTime(ddl`t.created_at`)}) order by t.created_at, t.threshold), '[]') into result from taken t;
        return result;
      end`,
  );
  return [made];
}
