import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { seedRows, seedVariables } from './citus/seed.ts';
import { migrationFunction, systemFunction } from './functions.ts';
import type { Definition, Model, SqlTable } from './model.ts';

/** The code's plans and add-ons, as the argument of `tenantry.limit_seed`. */
export const seedJson = ({ planRows, addOnRows }: Definition): string =>
  JSON.stringify({ plans: planRows, addOns: addOnRows });

/**
 * `tenantry.limit_seed(wanted, overwrite)`: writes the code's plans into plan_features and
 * add_on_features. `seeded` stores the last value of the code: a row that still equals it is updated; any
 * other was changed by an operator and is kept, except when `overwrite` is true.
 */
export const seedFunctions = (model: Model): SqlFunction[] => [
  seedFunction(model),
  rowsFunction(model),
];

/** The rows of the code. */
export const seedSql = (model: Model): Ddl =>
  ddl`select tenantry.limit_seed(${literal(seedJson(model))}, false);`;

const ownTerms = (row: string): Ddl => ({
  sql: `jsonb_build_object('limit', ${row}.limit_value, 'enabled', ${row}.enabled, 'enforcement', ${row}.enforcement, 'graceDays', ${row}.grace_days)`,
});

function seedFunction(model: Model): SqlFunction {
  const plans = model.needed('planFeatures').path;
  return migrationFunction(
    model,
    ddl`limit_seed(wanted jsonb, overwrite boolean) returns void`,
    model.home !== undefined
      ? seedBody(model)
      : ddl`
      begin
        insert into ${plans} as f (plan, feature, limit_value, enabled, enforcement, grace_days, seeded)
        select w.plan, w.feature, w."limit", w.enabled, w.enforcement, w."graceDays",
          jsonb_build_object('limit', w."limit", 'enabled', w.enabled, 'enforcement', w.enforcement, 'graceDays', w."graceDays")
        from jsonb_to_recordset(wanted->'plans') w (plan text, feature text, "limit" bigint, enabled boolean, enforcement text, "graceDays" integer)
        on conflict (plan, feature) do update set limit_value = excluded.limit_value, enabled = excluded.enabled,
          enforcement = excluded.enforcement, grace_days = excluded.grace_days, seeded = excluded.seeded, updated_at = now()
        where f.seeded is distinct from excluded.seeded and (overwrite or ${ownTerms('f')} in (f.seeded, excluded.seeded))
          or overwrite and ${ownTerms('f')} <> f.seeded;
        delete from ${plans} f
        where not exists (select from jsonb_to_recordset(wanted->'plans') w (plan text, feature text) where w.plan = f.plan and w.feature = f.feature)
          and f.seeded is not null and (overwrite or ${ownTerms('f')} = f.seeded);
        ${addOnsSeed(model)}
      end`,
  );
}

/** The same on Citus. */
function seedBody(model: Model): Ddl {
  const addOns = model.table('addOnFeatures');
  const plans = seedRows({
    path: model.needed('planFeatures').path,
    wanted: ddl`jsonb_to_recordset(wanted->'plans') w (plan text, feature text, "limit" bigint, enabled boolean, enforcement text, "graceDays" integer)`,
    keys: ['plan', 'feature'],
    columns: {
      limit_value: 'limit',
      enabled: 'enabled',
      enforcement: 'enforcement',
      grace_days: 'graceDays',
    },
    touched: ddl`, updated_at = now()`,
    terms: ddl`jsonb_build_object('limit', w."limit", 'enabled', w.enabled, 'enforcement', w.enforcement, 'graceDays', w."graceDays")`,
    own: ownTerms('f'),
  });
  const units = (table: SqlTable) =>
    seedRows({
      path: table.path,
      wanted: ddl`jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text, units bigint)`,
      keys: ['add_on', 'feature'],
      columns: { units: 'units' },
      touched: ddl``,
      terms: ddl`jsonb_build_object('units', w.units)`,
      own: ddl`jsonb_build_object('units', f.units)`,
    });
  return ddl`
      ${seedVariables}
      begin
        ${plans}
        ${addOns === undefined ? ddl`` : units(addOns)}
      end`;
}

function addOnsSeed(model: Model): Ddl {
  const table = model.table('addOnFeatures');
  if (table === undefined) return ddl``;
  const own = ddl`jsonb_build_object('units', f.units)`;
  return ddl`
        insert into ${table.path} as f (add_on, feature, units, seeded)
        select w."addOn", w.feature, w.units, jsonb_build_object('units', w.units)
        from jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text, units bigint)
        on conflict (add_on, feature) do update set units = excluded.units, seeded = excluded.seeded
        where f.seeded is distinct from excluded.seeded and (overwrite or ${own} in (f.seeded, excluded.seeded))
          or overwrite and ${own} <> f.seeded;
        delete from ${table.path} f
        where not exists (select from jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text) where w."addOn" = f.add_on and w.feature = f.feature)
          and f.seeded is not null and (overwrite or ${own} = f.seeded);`;
}

/** `tenantry.limit_rows()`: both tables, in the form of the code's rows, to compare them with. */
function rowsFunction(model: Model): SqlFunction {
  const addOns = model.table('addOnFeatures');
  const held =
    addOns === undefined
      ? ddl`'[]'::jsonb`
      : ddl`coalesce((select jsonb_agg(jsonb_build_object('addOn', f.add_on, 'feature', f.feature, 'units', f.units)) from ${addOns.path} f), '[]')`;
  return systemFunction(
    model,
    ddl`limit_rows() returns jsonb`,
    ddl`
      begin
        return jsonb_build_object('plans', coalesce((select jsonb_agg(jsonb_build_object('plan', f.plan, 'feature', f.feature) || ${ownTerms('f')}
          || jsonb_build_object('ofCode', f.seeded is not null)) from ${model.needed('planFeatures').path} f), '[]'), 'addOns', ${held});
      end`,
  );
}
