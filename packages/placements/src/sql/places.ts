import type { Tenancy } from '@tenantry/core';
import { ddl, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';

/** What lists the places and adds one. */
export function placesFunctions({ roles }: Tenancy): SqlFunction[] {
  const marks = { owner: name(roles.system), callers: [name(roles.system)] };
  return [
    sqlFunction(
      ddl`list_places() returns jsonb`,
      { ...marks, volatility: 'stable' },
      ddl`
        begin
          return (select coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'schema', p.schema_name, 'tenants',
              (select count(*) from tenantry.placements r where r.place = p.name)) order by p.name), '[]')
            from tenantry.places p);
        end
      `,
    ),
    sqlFunction(
      ddl`add_place(called text, its_mark uuid) returns void`,
      marks,
      ddl`
        begin
          if exists (select from tenantry.here) then
            raise exception 'PLACE_TAKEN: this database is the place %', (select h.place from tenantry.here h)
              using errcode = 'TN001', detail = '{"fix": "Add places in the database of the shared tables."}';
          end if;
          insert into tenantry.places (name, mark) values (called, its_mark) on conflict (name) do nothing;
          if not exists (select from tenantry.places p where p.name = called and p.mark = its_mark and p.schema_name is null) then
            raise exception 'PLACE_TAKEN: % is another place', called using errcode = 'TN001',
              detail = '{"fix": "Give the new database another name."}';
          end if;
        end
      `,
    ),
  ];
}
