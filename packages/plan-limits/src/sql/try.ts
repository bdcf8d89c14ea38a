import type { IdKind } from '@tenantry/core';
import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { Model } from './model.ts';

/** An id of no tenant, for each kind. */
const nobodies: Readonly<Record<IdKind, Ddl>> = {
  uuid: ddl`'00000000-0000-0000-0000-000000000000'::uuid`,
  text: literal('tenantry-nobody'),
  integer: ddl`(-1)`,
  bigint: ddl`(-1)::bigint`,
};

/**
 * Runs every function once in the migration. PostgreSQL checks the statements of a plpgsql function when
 * they run, not when it is created, so without this an error would appear at a customer's first call. A
 * column of the application with a wrong type, such as a plan that is an enum, fails the migration with
 * its name. It reads no existing rows and rolls back its writes.
 */
export function trySql(model: Model): Ddl {
  const nobody = ddl`null::${model.tenantType}`;
  const made = nobodies[model.tenancy.id as IdKind];
  const counter = model.names.find((each) => model.feature(each).kind === 'counter');
  const calls = [
    ddl`perform tenantry.limit_report_of(${nobody}, null, null);`,
    ...(model.table('entitlementHistory') === undefined
      ? []
      : [ddl`perform tenantry.limit_report_at_of(${nobody}, now(), null);`]),
    ddl`perform tenantry.limit_changes_of(${nobody}, 1);`,
    ddl`perform tenantry.limit_set_plan(${made}, '{"plan": null, "source": "a test of the migration"}');`,
    ...(counter === undefined
      ? []
      : [ddl`perform tenantry.usage_take_of(${made}, ${literal(counter)}, 1, 'a key', 60);`]),
  ];
  return ddl`
    do $tenantry$
    begin
      ${join(
        calls.map(
          (call) => ddl`
      begin
        ${call}
        raise exception 'taken back' using errcode = 'TN001';
      exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
        null; -- there is no such tenant
      end;`,
        ),
        '\n',
      )}
    end
    $tenantry$;
  `;
}
