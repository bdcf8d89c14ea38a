import type { Tenancy } from '@tenantry/core';
import { ddl, fenceClass, literal, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';

/** Locks, and the sequence of the epoch, are of one node: whoever entered by another one would pass a fence. */
const onCoordinator = ddl`
  if (select g.groupid from pg_catalog.pg_dist_local_group g) <> 0 then
    raise exception 'PLACE_UNAVAILABLE: the connection of the pool leads to a worker of the cluster' using errcode = 'TN001',
      detail = '{"fix": "Connect the pool to the coordinator, which has the catalogue of places."}';
  end if;
`;

/** What the pool asks: the epoch of a database, all routes, and the route of a tenant that is moving. */
export function routeFunctions({ context, dialect, roles, setting }: Tenancy): SqlFunction[] {
  const [app, system] = [name(roles.app), name(roles.system)];
  const reads = { owner: system, callers: [app, system] };
  // nobody who is inside a tenant, or knows no secret where there is one, learns of others
  const outside = ddl`
    ${context === 'signed' ? ddl`perform tenantry.require_context_secret(secret);` : ddl``}
    if coalesce(current_setting(${literal(setting)}, true), '') <> '' then
      return null;
    end if;
  `;
  const epoch = sqlFunction(
    ddl`epoch() returns text`,
    reads,
    ddl`
      begin
        ${dialect === 'citus' ? onCoordinator : ddl``}
        return json_build_object(
          'epoch', pg_sequence_last_value($name$tenantry.route_epoch$name$::regclass)::text,
          'sequence', $name$tenantry.route_epoch$name$::regclass::oid::text,
          'here', (select h.place from tenantry.here h));
      end
    `,
  );
  const routes = sqlFunction(
    ddl`routes(secret text default null) returns text`,
    reads,
    ddl`
      begin
        ${outside}
        return json_build_object(
          'routes', (select coalesce(json_agg(json_build_array(r.tenant, r.place, r.moving, r.suspended_at is not null)), '[]') from tenantry.placements r),
          'schemas', (select coalesce(json_object_agg(p.name, p.schema_name), '{}') from tenantry.places p where p.schema_name is not null));
      end
    `,
  );
  // waits for the end of a move
  const placeOf = sqlFunction(
    ddl`place_of(of_tenant text, secret text default null) returns text`,
    reads,
    ddl`
      begin
        ${outside}
        perform pg_advisory_xact_lock_shared(${{ sql: String(fenceClass) }}, hashtext(of_tenant));
        return (select json_build_object('place', p.name, 'schema', p.schema_name)
          from tenantry.placements r join tenantry.places p on p.name = r.place where r.tenant = of_tenant);
      end
    `,
  );
  return [epoch, routes, placeOf];
}
