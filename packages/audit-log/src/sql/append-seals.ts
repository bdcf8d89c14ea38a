import { type Ddl, ddl } from '@tenantry/core/sql';
import type { LogNames } from './names.ts';

const joined = ddl`(select string_agg(h, ''::bytea order by place) from unnest(part.hashes) with ordinality u (h, place))`;

/** Seals the entries from `lower_xid` to `upper_xid`, by tenant and month. */
export const appendSeals = ({ distributed }: Pick<LogNames, 'distributed'>): Ddl => ddl`
  for part in select * from tenantry.audit_unsealed(lower_xid, upper_xid) loop
    select s.number, s.to_xid, s.from_xid, s.hash into before
    from tenantry.audit_seals s where s.tenant = part.tenant order by s.number desc limit 1;
    -- the months of one run share its transactions; a run begins where the tenant's last one ended
    root := tenantry.audit_root(part.hashes);
    clock := clock_timestamp();
    ${distributed ? ddl`leaves := ${joined};` : ddl``}
    hash := tenantry.audit_seal_hash(part.tenant, coalesce(before.number, 0) + 1, part.month,
      case when before.to_xid = upper_xid then before.from_xid else coalesce(before.to_xid, 0) end,
      upper_xid, ceiling_xid, cardinality(part.ids), root, before.hash, clock);
    insert into tenantry.audit_seals values (part.tenant, coalesce(before.number, 0) + 1, part.month,
      case when before.to_xid = upper_xid then before.from_xid else coalesce(before.to_xid, 0) end,
      upper_xid, ceiling_xid, cardinality(part.ids), root, before.hash, hash, clock,
      part.ids, ${distributed ? ddl`leaves` : joined});
    seals := seals + 1;
    entries := entries + cardinality(part.ids);
  end loop;
`;
