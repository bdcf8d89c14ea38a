import { type Ddl, ddl } from '@tenantry/core/sql';
import { thisOrigin } from '../rows.ts';
import { claimsTable, type Names } from '../tables.ts';

/**
 * Asks for a sync of tenants whose members have changed: a trigger has noted it on their shards. A claim
 * that somebody holds is left to the next call, and so is everything while a node is away.
 */
export const collectSeats = (n: Names): Ddl => ddl`
  begin
    for found_row in
      select b.${n.tenant} as tenant, b.seats_wanted from ${n.customers} b
      where ${thisOrigin('b')} and b.seats_wanted > b.seats_done
    loop
      perform from ${claimsTable} c
      where c.${n.tenant} = found_row.tenant and ${thisOrigin('c')} and c.seats_wanted < found_row.seats_wanted
      for update skip locked;
      if found then
        update ${claimsTable} c set seats_wanted = found_row.seats_wanted, sync_wanted = c.sync_wanted + 1
        where c.${n.tenant} = found_row.tenant and ${thisOrigin('c')};
      end if;
    end loop;
  exception when connection_exception then
    raise warning '%', sqlerrm;
  end;
`;
