import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { billingFunction } from './function.ts';
import { thisOrigin } from './rows.ts';
import type { Names } from './tables.ts';

/** What is removed. */
interface Removal {
  readonly table: Ddl;
  /** What calls it: `'processedEvents'`. */
  readonly key: Ddl;
  /** The time that counts. */
  readonly at: Ddl;
  /** Whether its days are in `input`, and the rows that have outlived them, by the index that finds them. */
  readonly isWanted: Ddl;
  readonly isOld: Ddl;
}

function removal(called: string, table: Ddl, at: Ddl, where: Ddl): Removal {
  const key = literal(called);
  return {
    table,
    key,
    at,
    isWanted: ddl`jsonb_typeof(input->${key}) = 'number'`,
    isOld: ddl`${where} and ${at} < now() - (input->${key})::double precision * interval '1 day'`,
  };
}

const removals = ({ webhookEvents, checkoutIntents }: Names): readonly Removal[] => [
  removal(
    'processedEvents',
    webhookEvents,
    ddl`t.processed_at`,
    ddl`t.processed_at is not null and t.state in ('processed', 'ignored')`,
  ),
  removal('givenUpEvents', webhookEvents, ddl`t.created_at`, ddl`t.state in ('dead', 'parked')`),
  // a page of Stripe is open for a day: one that is older has closed without a word
  removal('checkoutIntents', checkoutIntents, ddl`t.updated_at`, ddl`true`),
];

/** How many rows of each kind have outlived their days, up to 1000, for doctor. */
export function overdue(n: Names) {
  const steps = removals(n).map(
    ({ table, isWanted, isOld }) => ddl`
    if ${isWanted} then
      ${n.onCitus ? ddl`select count(*) into late from (select 1 from ${table} t where ${isOld} limit 1000) x;` : ddl``}
      told := told || jsonb_build_object(
        'table', ${literal(table.sql.replaceAll('"', ''))},
        'rows', ${n.onCitus ? ddl`late` : ddl`(select count(*) from (select from ${table} t where ${isOld} limit 1000) x)`});
    end if;
  `,
  );
  return billingFunction(n, 'overdue', {
    volatility: 'stable',
    declare: ddl`
      told jsonb := '[]';
      ${n.onCitus ? ddl`late bigint;` : ddl``}
    `,
    body: ddl`
      ${join(steps, '\n')}
      return told;
    `,
  });
}

/**
 * Removes what has outlived its retention, of all accounts: at most `most` rows of each kind, the
 * oldest first, and says how much more there is, counted up to `most`.
 */
export function prune(n: Names) {
  const steps = removals(n).map(({ table, key, at, isWanted, isOld }) => {
    const old = ddl`${isOld} and (not input ? 'account' or (${thisOrigin('t')}))`;
    // the places of rows are those of a shard, so one statement removes what is old on all of them
    if (n.onCitus && table === n.checkoutIntents)
      return ddl`
        if ${isWanted} then
          delete from ${table} t where ${old};
          get diagnostics gone = row_count;
          removed := removed || jsonb_build_object(${key}, gone);
        end if;
      `;
    return ddl`
      if ${isWanted} then
        with old as materialized (
          select t.ctid as place from ${table} t
          where ${old}
          order by ${at} limit (input->>'most')::integer
          -- two processes remove different rows
          for update skip locked)
        delete from ${table} t using old where t.ctid = old.place;
        get diagnostics gone = row_count;
        removed := removed || jsonb_build_object(${key}, gone);
        remaining := remaining + (select count(*) from (
          select from ${table} t
          where ${old}
          limit (input->>'most')::integer) x);
      end if;
    `;
  });
  return billingFunction(n, 'prune', {
    declare: ddl`
      gone bigint;
      remaining bigint := 0;
      removed jsonb := '{}';
    `,
    body: ddl`
      ${join(steps, '\n')}
      return jsonb_build_object('removed', removed, 'left', remaining);
    `,
  });
}
