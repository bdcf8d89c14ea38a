import { type Ddl, ddl, name, ownedBy } from '@tenantry/core/sql';
import { billingFunction } from './function.ts';
import type { Names } from './tables.ts';

/**
 * Requests a seat update after a member is added or removed, by any SQL. The trigger only sets a flag in
 * the transaction of the change; the worker updates Stripe. It runs as the system role, because a tenant
 * may not write its billing rows.
 */
export function seatsSql(n: Names): readonly Ddl[] {
  if (n.members === undefined) return [];
  const owner = name(n.tenancy.roles.system);
  const note = (row: Ddl): Ddl => ddl`
    update ${n.organizationBilling} b
    set seats_wanted = b.seats_wanted + 1, sync_wanted = b.sync_wanted + 1
    where b.${n.tenant} = ${row}.${n.tenant} and b.stripe_customer_id is not null;`;
  return [
    ddl`
      create or replace function tenantry.billing_seats_changed() returns trigger
      language plpgsql security definer
      set search_path = pg_catalog, pg_temp
      as $tenantry$
      begin
        if tg_op = 'INSERT' then
          ${note(ddl`new`)}
        else
          ${note(ddl`old`)}
        end if;
        return null;
      end
      $tenantry$;
      ${ownedBy(owner, 'tenantry.billing_seats_changed()')}
      create or replace trigger tenantry_billing_seats after insert or delete on ${n.members}
        for each row execute function tenantry.billing_seats_changed();
    `,
    billingFunction(
      n,
      'seats',
      ddl`members bigint;`,
      ddl`
        select count(*) into members from ${n.members} m where m.${n.tenant} = (input->>'tenant')::${n.idType};
        return to_jsonb(members);`,
    ),
  ];
}
