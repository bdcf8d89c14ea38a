import { type Ddl, ddl, isoTime, join, literal, name } from '@tenantry/core/sql';
import { billingFunction, thisOrigin, thisRow } from './function.ts';
import type { Names } from './tables.ts';

/** The position in Stripe's list of events, for each account and mode. */
export function cursorSql(n: Names): readonly Ddl[] {
  const system = name(n.tenancy.roles.system);
  return [
    ddl`
      create table if not exists tenantry.billing_cursors (
        account text not null, livemode boolean not null, created double precision not null,
        primary key (account, livemode)
      );
      revoke all on tenantry.billing_cursors from public;
      grant select, insert, update on tenantry.billing_cursors to ${system};
    `,
    billingFunction(
      n,
      'cursor',
      ddl`at double precision;`,
      ddl`
        if input ? 'created' then
          insert into tenantry.billing_cursors as c (account, livemode, created)
          values (input->>'account', (input->>'livemode')::boolean, (input->>'created')::double precision)
          on conflict (account, livemode) do update set created = greatest(c.created, excluded.created);
        end if;
        select c.created into at from tenantry.billing_cursors c where ${thisOrigin('c')};
        return to_jsonb(at);`,
    ),
  ];
}

/** Work that could not be done: dead letters, parked events, given-up organizations. */
export function deadSql(n: Names): Ddl {
  return billingFunction(
    n,
    'dead',
    ddl`none integer;`,
    ddl`
      return jsonb_build_object(
        'events', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
          select w.event_id as id, w.type, w.state, w.object_id as object, w.customer_id as customer, w.attempts, w.error,
            ${isoTime(ddl`w.created_at`)} as "receivedAt"
          from ${n.webhookEvents} w where w.state in ('dead', 'parked') and ${thisOrigin('w')}
          order by w.created_at limit (input->>'most')::integer) x),
        'organizations', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
          select b.${n.tenant}::text as tenant, b.stripe_customer_id as customer, b.attempts, b.error
          from ${n.organizationBilling} b where b.error is not null and ${thisOrigin('b')}
          order by b.updated_at limit (input->>'most')::integer) x));`,
  );
}

/** Retries given-up work. */
export function replaySql(n: Names): Ddl {
  return billingFunction(
    n,
    'replay',
    ddl`
      events bigint;
      rows bigint;
      who text;`,
    ddl`
      update ${n.webhookEvents} w
      set state = case when w.route = 'customer' and w.seq is not null then 'pending'
          when w.route = 'customer' then 'unmapped' else 'pending' end,
        attempts = 0, next_at = now(), lease_until = null, error = null
      where w.state in ('dead', 'parked') and ${thisOrigin('w')}
        and (input->>'event' is null or w.event_id = input->>'event')
        and (input->>'customer' is null or w.customer_id = input->>'customer');
      get diagnostics events = row_count;
      who := coalesce(input->>'customer',
        (select w.customer_id from ${n.webhookEvents} w where w.event_id = input->>'event' and ${thisOrigin('w')}));
      if who is not null then
        update ${n.organizationBilling} b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
        where b.stripe_customer_id = who and ${thisOrigin('b')}
          and (b.next_at = 'infinity' or input->>'customer' is not null);
      elsif input->>'event' is null then
        update ${n.organizationBilling} b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
        where b.error is not null and b.next_at = 'infinity' and b.stripe_customer_id is not null and ${thisOrigin('b')};
      end if;
      get diagnostics rows = row_count;
      return jsonb_build_object('events', events, 'organizations', rows);`,
  );
}

/** The stored data of one organization, in the form of a snapshot, for the drift report. */
export function storedSql(n: Names): Ddl {
  const rows = (table: Ddl): Ddl =>
    ddl`(select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from ${table} t where ${thisRow(n, 't')})`;
  return billingFunction(
    n,
    'stored',
    ddl`none integer;`,
    ddl`
      return jsonb_build_object('subscriptions', ${rows(n.subscriptions)}, 'items', ${rows(n.subscriptionItems)},
        'invoices', ${rows(n.invoices)},
        'organization', (select to_jsonb(b) from ${n.organizationBilling} b where ${thisRow(n, 'b')}));`,
  );
}

/** The rows to delete: table, time column, and condition, matching an index. */
function removals(n: Names): readonly { key: string; table: Ddl; at: Ddl; where: Ddl }[] {
  const events = n.webhookEvents;
  return [
    {
      key: 'processedEvents',
      table: events,
      at: ddl`t.processed_at`,
      where: ddl`t.processed_at is not null and t.state in ('processed', 'ignored')`,
    },
    {
      key: 'givenUpEvents',
      table: events,
      at: ddl`t.created_at`,
      where: ddl`t.state in ('dead', 'parked')`,
    },
    // a Stripe checkout page is open for a day; older ones have closed without an event
    { key: 'checkoutIntents', table: n.checkoutIntents, at: ddl`t.updated_at`, where: ddl`true` },
  ];
}

/** The number of expired rows of each kind, up to 1000, for doctor. */
export function overdueSql(n: Names): Ddl {
  const steps = removals(n).map(({ key, table, at, where }) => {
    const days: Ddl = { sql: `input->'${key}'` };
    return ddl`
      if jsonb_typeof(${days}) = 'number' then
        told := told || jsonb_build_object('table', ${literal(table.sql.replaceAll('"', ''))}, 'rows', (select count(*) from (
          select from ${table} t where ${where} and ${at} < now() - (${days})::double precision * interval '1 day' limit 1000) x));
      end if;`;
  });
  return billingFunction(
    n,
    'overdue',
    ddl`told jsonb := '[]';`,
    ddl`
      ${join(steps, '\n')}
      return told;`,
    { volatility: 'stable' },
  );
}

/**
 * Deletes expired rows of all accounts: at most `most` rows of each kind, the oldest first. Returns the
 * number of remaining rows, counted up to `most`.
 */
export function pruneSql(n: Names): Ddl {
  const steps = removals(n).map(({ key, table, at, where }) => {
    const old: Ddl = ddl`${where} and ${at} < now() - (input->${{ sql: `'${key}'` }})::double precision * interval '1 day'
          and (not input ? 'account' or (${thisOrigin('t')}))`;
    return ddl`
      if jsonb_typeof(input->${{ sql: `'${key}'` }}) = 'number' then
        with old as materialized (
          select t.ctid as place from ${table} t where ${old} order by ${at} limit (input->>'most')::integer
          -- two processes remove different rows
          for update skip locked)
        delete from ${table} t using old where t.ctid = old.place;
        get diagnostics gone = row_count;
        removed := removed || jsonb_build_object(${{ sql: `'${key}'` }}, gone);
        remaining := remaining + (select count(*) from (select from ${table} t where ${old} limit (input->>'most')::integer) x);
      end if;`;
  });
  return billingFunction(
    n,
    'prune',
    ddl`
      gone bigint;
      remaining bigint := 0;
      removed jsonb := '{}';`,
    ddl`
      ${join(steps, '\n')}
      return jsonb_build_object('removed', removed, 'left', remaining);`,
  );
}
