import { type Ddl, ddl } from '@tenantry/core/sql';
import type { LogNames } from '../names.ts';

/** What tries a capture: statements for the rows of a tenant that has none, which one shard runs. */
export const tryOnShard = ({ idType, tenancy }: LogNames): Ddl => ddl`
  tried := format(case captured.event
    when 'INSERT' then 'insert into %1$s (%2$s, %3$s) select %2$s, %3$s from %1$s where %2$s = %4$L'
    when 'UPDATE' then 'update %1$s set %3$s = %3$s where %2$s = %4$L'
    else 'delete from %1$s where %2$s = %4$L' end,
    captured.target, (select quote_ident(column_to_column_name(p.logicalrelid, p.partkey)) from pg_dist_partition p where p.logicalrelid = captured.target::regclass),
    (select quote_ident(a.attname) from pg_attribute a join pg_dist_partition p on p.logicalrelid = a.attrelid
      where a.attrelid = captured.target::regclass and a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = ''
        and a.attname <> column_to_column_name(p.logicalrelid, p.partkey) order by a.attnum limit 1),
    ${tenancy.id === 'uuid' || tenancy.id === 'text' ? ddl`gen_random_uuid()::text` : ddl`'-1'`}::${idType});
`;

/** Settings of one transaction reach the shards by SET LOCAL only. */
export const tryingOnShards = (on: boolean): Ddl => ddl`
  perform set_config('citus.propagate_set_commands', 'local', true);
  execute $sql$set local tenantry.audit_try = '${{ sql: on ? 'on' : '' }}'$sql$;
`;
