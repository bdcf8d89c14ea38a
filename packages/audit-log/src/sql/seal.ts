import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { appendSeals } from './append-seals.ts';
import { epochSealFunction } from './citus/seal.ts';
import { microseconds } from './content-hash.ts';
import { asMigrator, type LogNames } from './names.ts';

/**
 * Seals entries of finished transactions: those whose transaction id is below every open transaction are
 * either committed or rolled back, so the set is final, and no writer waits for the sealer. Each tenant
 * gets a Merkle tree (RFC 6962, section 2.1) over its entries of each month, and a chain of seals.
 */
export function sealFunctions(names: LogNames): SqlFunction[] {
  return [
    rootFunction,
    ...unsealedFunctions(names),
    names.distributed ? epochSealFunction(names) : sealFunction(names),
    sealHashFunction(names),
  ];
}

/** Leaves and nodes are hashed with different prefixes, so that neither can be passed off as the other. */
const rootFunction = sqlFunction(
  ddl`audit_root(hashes bytea[]) returns bytea`,
  { volatility: 'immutable' },
  ddl`
    declare
      nodes bytea[] := (
        select array_agg(sha256(decode('00', 'hex') || hash) order by place)
        from unnest(hashes) with ordinality leaf (hash, place));
    begin
      while cardinality(nodes) > 1 loop
        nodes := (
          select array_agg(case when second is null then first else sha256(decode('01', 'hex') || first || second) end order by place)
          from (
            select place, node as first, lead(node) over (order by place) as second
            from unnest(nodes) with ordinality level (node, place)) pairs
          where place % 2 = 1);
      end loop;
      return nodes[1];
    end
  `,
);

const notArrived = ({ columns: c }: LogNames): Ddl => ddl`
  -- those of a tenant that has come here are sealed already
  and l.${c.transactionId} >= coalesce((select s.to_xid from tenantry.audit_seals s
    where s.tenant = l.${c.tenant} order by s.number desc limit 1), 0)
`;

/** The same for Citus, which takes no sub-select that refers to the row. */
const lastSeals = ({ columns: c }: LogNames): Ddl => ddl`
  left join (select s.tenant, max(s.to_xid) as sealed from tenantry.audit_seals s
    where s.to_xid > audit_unsealed.from_xid group by s.tenant) a on a.tenant = l.${c.tenant}
`;

function unsealedFunctions(names: LogNames): SqlFunction[] {
  const { log, columns: c, idType } = names;
  return [
    sqlFunction(
      ddl`audit_unsealed(from_xid bigint, to_xid bigint) returns table (tenant ${idType}, month text, ids uuid[], hashes bytea[])`,
      { volatility: 'stable', ...names.acrossTenants },
      ddl`
        begin
          return query
            select l.${c.tenant}, to_char(l.${c.createdAt} at time zone 'UTC', 'YYYY-MM'),
              array_agg(l.${c.id} order by l.${c.createdAt}, l.${c.id}),
              array_agg(l.${c.contentHash} order by l.${c.createdAt}, l.${c.id})
            from ${log} l
              ${names.distributed ? lastSeals(names) : ddl``}
            where l.${c.transactionId} >= from_xid and l.${c.transactionId} < to_xid
              ${
                names.distributed
                  ? ddl`-- those of a tenant that has come here are sealed already
              and l.${c.transactionId} >= coalesce(a.sealed, 0)`
                  : notArrived(names)
              }
            group by 1, 2
            order by 1, 2;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_nth_xid(from_xid bigint, to_xid bigint, n integer) returns bigint`,
      { volatility: 'stable', ...names.acrossTenants },
      ddl`
        begin
          return (select l.${c.transactionId} from ${log} l
            where l.${c.transactionId} >= from_xid and l.${c.transactionId} < to_xid order by 1 offset n limit 1);
        end
      `,
    ),
  ];
}

const sealFunction = (names: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_seal(most integer) returns table (seals integer, entries bigint, busy boolean, more boolean)`,
    { ...asMigrator, callers: [names.system] },
    ddl`
        declare
          lower_xid bigint;
          upper_xid bigint;
          ceiling_xid bigint;
          stop_xid bigint;
          part record;
          before record;
          root bytea;
          hash bytea;
          clock timestamptz;
        begin
          seals := 0; entries := 0; busy := false; more := false;
          -- one sealer at a time; a second one does not wait, because it would find the same entries
          select j.next_xid into lower_xid from tenantry.audit_jobs j where j.job = 'seal' for update skip locked;
          if not found then
            busy := true;
            return next;
            return;
          end if;
          upper_xid := pg_snapshot_xmin(pg_current_snapshot())::text::bigint + tenantry.audit_xid_offset();
          ceiling_xid := pg_snapshot_xmax(pg_current_snapshot())::text::bigint + tenantry.audit_xid_offset();
          if ceiling_xid < lower_xid then
            raise exception 'AUDIT_CLUSTER_CHANGED: transaction % where % is sealed', ceiling_xid, lower_xid using errcode = 'TN001', detail = '{}';
          end if;
          if upper_xid <= lower_xid then
            return next;
            return;
          end if;
          -- a backlog is sealed piece by piece; what one transaction wrote stays together
          stop_xid := tenantry.audit_nth_xid(lower_xid, upper_xid, most);
          if stop_xid is not null then
            upper_xid := greatest(stop_xid, lower_xid + 1);
            more := true;
          end if;
          ${appendSeals(names)}
          update tenantry.audit_jobs j set next_xid = upper_xid, ran_at = clock_timestamp() where j.job = 'seal';
          return next;
        end
      `,
  );

const sealHashFunction = ({ idType }: LogNames): SqlFunction =>
  sqlFunction(
    ddl`
        audit_seal_hash(tenant ${idType}, number bigint, month text, from_xid bigint, to_xid bigint,
          next_xid bigint, entries integer, root bytea, previous bytea, sealed_at timestamptz) returns bytea
      `,
    { volatility: 'immutable' },
    ddl`
        begin
          return sha256(decode('02', 'hex') || convert_to(jsonb_build_array(1, tenant::text, number, month, from_xid, to_xid, next_xid,
            entries, encode(root, 'hex'), encode(previous, 'hex'), ${microseconds(ddl`sealed_at`)})::text, 'UTF8'));
        end
      `,
  );
