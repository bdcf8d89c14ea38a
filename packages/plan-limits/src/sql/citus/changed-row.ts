import { type Ddl, ddl, join, type SqlFunction, sqlLiteral } from '@tenantry/core/sql';
import { toldKey, toldTenant } from '../changed-row.ts';
import { systemFunction } from '../functions.ts';
import type { Model } from '../model.ts';

/** What a function of triggers writes down, and where. */
export interface Written {
  readonly called: string;
  readonly ofTenant: boolean;
  /** Which row says the key, where both are there. */
  readonly keyFrom: 'before' | 'after';
  /** What is declared, and what comes before the insert; it may return null. */
  readonly declared: Ddl;
  readonly before: Ddl;
  readonly log: Ddl;
  readonly tenant: Ddl;
  /** Its columns besides the tenant, the key and the time, with their values. */
  readonly values: Readonly<Record<string, Ddl>>;
}

/**
 * Writes down a changed row on Citus. An INSERT on a shard takes no expression with a query in it, so the
 * values come from variables.
 */
export function writeDown(model: Model, written: Written): SqlFunction {
  const { called, ofTenant, keyFrom, declared, before } = written;
  const both = keyFrom === 'before' ? ddl`before, after` : ddl`after, before`;
  return systemFunction(
    model,
    ddl`${{ sql: called }}() returns trigger`,
    ddl`
      declare
        before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
        after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
        changed constant jsonb := coalesce(${both});
        of_key constant text := ${toldKey(ddl`changed`)};
        written_at constant timestamptz := clock_timestamp();
        ${ofTenant ? ddl`of_tenant constant ${model.tenantType} := ${toldTenant(model, ddl`changed`)};` : ddl`shard text;`}
        ${declared}
      begin
        ${before}
        ${ofTenant ? onShard(written) : onEveryNode(written)}
        return null;
      end
    `,
  );
}

const onShard = ({ log, tenant, values }: Written): Ddl => ddl`
        insert into ${log} (${tenant}, key, at, ${columnsOf(values)})
        values (of_tenant, of_key, written_at, ${join(Object.values(values))});`;

/**
 * A row for all tenants is on every node, and the trigger runs on each of them. No node may write for the
 * others while it runs a statement of another one, so each writes into its own copy of the log. The time
 * numbers the rows, because a copy has no sequence.
 */
const onEveryNode = ({ log, values }: Written): Ddl => {
  const given = Object.values(values).map((_, i) => ({ sql: `$${i + 4}` }));
  return ddl`
        for shard in select shard_name(s.logicalrelid, s.shardid, false) from pg_dist_shard s where s.logicalrelid = ${sqlLiteral(log)}::regclass loop
          execute format('insert into %s (id, key, at, ${columnsOf(values)}) select greatest($1, coalesce(max(l.id), 0) + 1), $2, $3, ${join(given)} from %1$s l', shard)
            using (extract(epoch from written_at) * 1000000)::bigint, of_key, written_at, ${join(Object.values(values))};
        end loop;`;
};

const columnsOf = (values: Written['values']): Ddl => ({ sql: Object.keys(values).join(', ') });
