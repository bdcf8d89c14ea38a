import { type Ddl, ddl, functionsSql, name, sqlFunction } from '@tenantry/core/sql';
import { billingFunction } from './function.ts';
import { inputTenant } from './rows.ts';
import type { Names } from './tables.ts';

/**
 * Requests a seat update after a member is added or removed, by any SQL. The trigger only sets a flag in
 * the transaction of the change; the worker updates Stripe. It runs as the system role, because a tenant
 * may not write its billing rows. On Citus it runs on the shard of the tenant, and the worker collects the flags.
 */
export function seatsSql(n: Names, members: Ddl): Ddl {
  const note = (row: Ddl): Ddl => ddl`
    update ${n.customers} b
    set seats_wanted = b.seats_wanted + 1${n.onCitus ? ddl`` : ddl`, sync_wanted = b.sync_wanted + 1`}
    where b.${n.tenant} = ${row}.${n.tenant} and b.stripe_customer_id is not null;
  `;
  const changed = sqlFunction(
    ddl`billing_seats_changed() returns trigger`,
    { owner: name(n.tenancy.roles.system) },
    ddl`
      begin
        if tg_op = 'INSERT' then
          ${note(ddl`new`)}
        else
          ${note(ddl`old`)}
        end if;
        return null;
      end
    `,
  );
  const seats = billingFunction(n, 'seats', {
    declare: ddl`members bigint;`,
    body: ddl`
      select count(*) into members from ${members} m where m.${n.tenant} = ${inputTenant(n)};
      return to_jsonb(members);
    `,
  });
  return ddl`
    ${functionsSql([changed, seats])}
    create or replace trigger tenantry_billing_seats after insert or delete on ${members}
      for each row execute function ${changed.signature};
  `;
}
