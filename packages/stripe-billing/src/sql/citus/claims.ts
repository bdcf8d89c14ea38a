import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { inputTenant, origin, thisOrigin, thisRow } from '../rows.ts';
import { claimsTable, type Names } from '../tables.ts';

// A transaction that writes here and on a shard commits on the shard first, and is rolled back here when that
// fails. So a customer that is claimed has its row on the shard, and what was not finished is done again.

/**
 * Which tenant a customer of Stripe belongs to, and how far its copy is. The claims are what holds: the row
 * on the shard is for the tenant to read.
 */
export const claimsSql = (n: Names): Ddl => ddl`
  create table if not exists ${claimsTable} (
    ${n.tenant} ${n.idType} not null,
    account text not null,
    livemode boolean not null,
    stripe_customer_id text,
    customer_deleted_at timestamptz,
    creation_attempt uuid not null default gen_random_uuid(),
    creation_params jsonb not null default '{}',
    trial_used_at timestamptz,
    sync_wanted bigint not null default 0,
    sync_done bigint not null default 0,
    full_wanted bigint not null default 0,
    seats_wanted bigint not null default 0,
    seats_done bigint not null default 0,
    lease_owner text,
    lease_until timestamptz,
    next_at timestamptz not null default now(),
    burst bigint not null default 0,
    recheck_at timestamptz,
    attempts bigint not null default 0,
    error text,
    synced_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (${n.tenant}, account, livemode),
    unique (stripe_customer_id, account, livemode)
  );
  create index if not exists billing_claims_behind_idx on ${claimsTable} (next_at) where sync_wanted > sync_done;
  create index if not exists billing_claims_recheck_idx on ${claimsTable} (recheck_at) where recheck_at is not null;
  create index if not exists billing_claims_failing_idx on ${claimsTable} (updated_at) where error is not null;
  revoke all on ${claimsTable} from public;
  grant select, insert, update, delete on ${claimsTable} to ${name(n.tenancy.roles.system)};
`;

/** The claims of a database that was on one server, where they were in the rows of customers. */
export const takeOverClaims = (n: Names): Ddl => {
  const columns = ddl`${n.tenant}, account, livemode, stripe_customer_id, customer_deleted_at, creation_attempt, creation_params,
    trial_used_at, sync_wanted, sync_done, full_wanted, seats_wanted, seats_done, next_at, recheck_at, attempts, error, synced_at`;
  return ddl`
    do $tenantry$
    begin
      if not exists (select from ${claimsTable}) then
        insert into ${claimsTable} (${columns})
        select ${columns} from ${n.customers};
      end if;
    end
    $tenantry$;
  `;
};

/** Before the rows on the shard, as linking does; whoever wants a sync meanwhile waits. */
export const lockClaims = (n: Names): Ddl => ddl`
  perform from ${claimsTable} c where c.${n.tenant} = ${inputTenant(n)}
  order by c.account, c.livemode for update;
`;

/** A tenant that is gone holds no customer: its rows were deleted on its node, and the claim here stayed. */
export const freeClaim = (n: Names): Ddl => ddl`
  if holder is distinct from of_tenant::text and holder is not null then
    of_holder := holder::${n.idType};
    perform from ${n.customers} b where b.${n.tenant} = of_holder and ${thisOrigin('b')};
    if not found then
      delete from ${claimsTable} c where c.${n.tenant} = of_holder and ${thisOrigin('c')};
      holder := null;
    end if;
  end if;
`;

/** The same after a sync that found no rows; the events wait for whoever the customer is linked to. */
export const dropClaim = (n: Names): Ddl => ddl`
  perform from ${n.customers} b where ${thisRow(n, 'b')};
  if not found then
    delete from ${claimsTable} c where ${thisRow(n, 'c')} returning c.stripe_customer_id into who;
    update ${n.webhookEvents} w set state = 'unmapped', seq = null, next_at = now(), lease_until = null
    where w.customer_id = who and ${thisOrigin('w')} and w.state = 'pending';
  end if;
`;

/** The row that the tenant reads. */
export const linkOnShard = (n: Names): Ddl => ddl`
  insert into ${n.customers} as b (${n.tenant}, account, livemode, stripe_customer_id, updated_at)
  values (of_tenant, ${origin}, linked, at_now)
  on conflict (${n.tenant}, account, livemode) do update set stripe_customer_id = excluded.stripe_customer_id,
    customer_deleted_at = case when b.stripe_customer_id = excluded.stripe_customer_id then b.customer_deleted_at end,
    updated_at = excluded.updated_at;
`;
