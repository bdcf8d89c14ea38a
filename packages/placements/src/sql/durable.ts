import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';

/**
 * Where `synchronous_commit` is off, a crash takes the last transactions back. Two databases would then say
 * different things of a tenant: rows that were erased where it is said to live, or an epoch that an old route
 * passes. So what changes a route waits for the disk, whatever the server, the role or the caller has set.
 */
export const commitDurably: Ddl = ddl`
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
`;

/** The same for a connection of ours. */
export const durableSession =
  "select pg_catalog.set_config('synchronous_commit', 'on', false) where pg_catalog.current_setting('synchronous_commit') = 'off'";

/** The trigger function of the tables that say where tenants live. */
export const durableFunction = ({ roles }: Tenancy): SqlFunction =>
  sqlFunction(
    ddl`commit_durably() returns trigger`,
    { owner: name(roles.system) },
    ddl`
      begin
        ${commitDurably}
        return null;
      end
    `,
  );

/** @param table of our own */
export const durableTrigger = (table: Ddl): Ddl => ddl`
  create or replace trigger tenantry_commit_durably after insert or update or delete on ${table}
    for each statement execute function tenantry.commit_durably();
`;
