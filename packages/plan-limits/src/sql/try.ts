import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { Model } from './model.ts';

/**
 * Runs once, in the migration, what would run first at a customer's first call: PostgreSQL looks at the
 * statements of a plpgsql function when they are run, not when it is made. A column of the application
 * that does not fit, such as a plan that is an enum, fails the migration by name. It asks for nobody's
 * rows, and takes back what it writes.
 */
export function trySql(model: Model): Ddl {
  const nobody = ddl`null::${model.tenantType}`;
  const made: Ddl =
    model.tenancy.id === 'uuid'
      ? { sql: "'00000000-0000-0000-0000-000000000000'::uuid" }
      : literal('tenantry-nobody');
  const counter = model.names.find((each) => model.feature(each).kind === 'counter');
  const calls = [
    ddl`perform tenantry.limit_report_of(${nobody}, null, null);`,
    ...(model.table('entitlementHistory') === undefined
      ? []
      : [ddl`perform tenantry.limit_report_at_of(${nobody}, now(), null);`]),
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
