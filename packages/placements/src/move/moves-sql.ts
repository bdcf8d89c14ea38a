import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, fenceClass, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { fleetLockClass } from '../migrate/fleet-lock.ts';
import { commitDurably, durableTrigger } from '../sql/durable.ts';

/** The first key of the lock that one mover of a tenant holds: 'move' as a number. */
export const moverClass = 0x6d6f7665;

const sqlOf = (key: number) => ({ sql: String(key) });

/**
 * Moves that are not finished. Without a row nothing of a move is left anywhere. `begun`: nothing is copied;
 * `copying`: the target may have rows, and the tenant lives at the source; `moved`: it lives at the target,
 * and the source may have rows.
 */
export const movesSql = ({ roles }: Tenancy): Ddl => ddl`
  create table if not exists tenantry.moves (
    tenant text primary key,
    id uuid not null default gen_random_uuid(),
    source text references tenantry.places (name),
    target text references tenantry.places (name),
    phase text not null default 'begun' check (phase in ('begun', 'copying', 'moved')),
    -- whether the target has had the row of the tenant before
    keeps_tenant boolean not null default false,
    copied jsonb,
    begun_at timestamptz not null default now(),
    phase_at timestamptz not null default now(),
    check (source is distinct from target)
  );
  comment on table tenantry.moves is 'moves of tenants that are not finished; no place stands for the shared tables';
  comment on column tenantry.moves.copied is 'rows and digest of each table, as they were moved';
  revoke all on tenantry.moves from public;
  grant select, insert, update, delete on tenantry.moves to ${name(roles.system)};
  ${durableTrigger(ddl`tenantry.moves`)}
`;

/** What a mover calls in the database with the catalogue; each checks that the move is still its own. */
export function moveFunctions({ roles }: Tenancy): SqlFunction[] {
  const marks = { owner: name(roles.system), callers: [name(roles.system)] };
  const own = ddl`
    select m.* into move from tenantry.moves m where m.tenant = of_tenant and m.id = of_move for update;
    if not found then
      raise exception 'MOVE_LOST: somebody else has ended it' using errcode = 'TN001';
    end if;
  `;
  return [
    // Held to the end of the transaction, which no timeout may end while rows are copied. The lock and not
    // the row says that a mover lives: it goes with the connection.
    sqlFunction(
      ddl`hold_mover(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          perform set_config(s.name, '0', true) from pg_settings s
            where s.name in ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout');
          if not pg_try_advisory_xact_lock(${sqlOf(moverClass)}, hashtext(of_tenant)) then
            raise exception 'TENANT_MOVING: somebody moves or places it now' using errcode = 'TN001';
          end if;
        end
      `,
    ),
    // A run of tenantry migrate changes the tables, and waits for those who hold this.
    sqlFunction(
      ddl`hold_move(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          perform tenantry.hold_mover(of_tenant);
          if not pg_try_advisory_xact_lock_shared(${sqlOf(fleetLockClass)}, 0) then
            raise exception 'FLEET_LOCKED: a run of tenantry migrate' using errcode = 'TN001';
          end if;
        end
      `,
    ),
    // For those who change where a tenant lives by other means; held to the end of the transaction.
    sqlFunction(
      ddl`refuse_moving(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          if not pg_try_advisory_xact_lock_shared(${sqlOf(moverClass)}, hashtext(of_tenant))
            or exists (select from tenantry.moves m where m.tenant = of_tenant) then
            raise exception 'TENANT_MOVING: a move of it is not finished' using errcode = 'TN001';
          end if;
        end
      `,
    ),
    sqlFunction(
      ddl`begin_move(of_tenant text, to_place text) returns jsonb`,
      marks,
      ddl`
        declare
          move tenantry.moves;
          lives text;
          changing boolean;
        begin
          if exists (select from tenantry.here) then
            raise exception 'PLACE_UNAVAILABLE: this database is a place of tenants' using errcode = 'TN001',
              detail = '{"fix": "Connect to the database of the shared tables, which has the catalogue."}';
          elsif exists (select from tenantry.placements p where p.tenant = of_tenant and p.erasure is not null) then
            raise exception 'TENANT_NOT_FOUND: it is erased' using errcode = 'TN001';
          elsif to_place is not null and not exists (select from tenantry.places p where p.name = to_place) then
            raise exception 'PLACE_UNKNOWN: %', to_place using errcode = 'TN001';
          end if;
          select m.* into move from tenantry.moves m where m.tenant = of_tenant for update;
          if found and move.target is distinct from to_place then
            raise exception 'MOVE_UNFINISHED: to %', coalesce(move.target, 'shared') using errcode = 'TN001';
          elsif found then
            return to_jsonb(move);
          end if;
          select p.place, p.moving into lives, changing from tenantry.placements p where p.tenant = of_tenant;
          if changing then
            raise exception 'TENANT_MOVING: it is being placed' using errcode = 'TN001',
              detail = '{"fix": "Call placements.place(…) again, which finishes it."}';
          elsif lives is not distinct from to_place then
            return null;
          end if;
          insert into tenantry.moves (tenant, source, target) values (of_tenant, lives, to_place) returning * into move;
          return to_jsonb(move);
        end
      `,
    ),
    sqlFunction(
      ddl`read_move(of_tenant text) returns jsonb`,
      { ...marks, volatility: 'stable' },
      ddl`
        begin
          return (select to_jsonb(m) from tenantry.moves m where m.tenant = of_tenant);
        end
      `,
    ),
    sqlFunction(
      ddl`mark_move(of_tenant text, of_move uuid, has_tenant boolean) returns void`,
      marks,
      ddl`
        declare
          move tenantry.moves;
        begin
          ${own}
          -- a second call has taken away what the first one has copied
          update tenantry.moves m set phase = 'copying', phase_at = now(), keeps_tenant = has_tenant where m.tenant = of_tenant;
        end
      `,
    ),
    // Committed before anybody advances an epoch: who reads the routes after that asks for this one.
    sqlFunction(
      ddl`announce_move(of_tenant text, of_move uuid) returns void`,
      marks,
      ddl`
        declare
          move tenantry.moves;
        begin
          ${own}
          insert into tenantry.placements (tenant, moving, begun_in) values (of_tenant, true, pg_current_xact_id())
            on conflict (tenant) do update set moving = true, begun_in = excluded.begun_in;
        end
      `,
    ),
    // Waits for the transactions of the tenant and keeps new ones out, to the end of this transaction. The
    // epoch after the lock: nobody learns the new one and an old place.
    sqlFunction(
      ddl`fence_move(of_tenant text, wait_ms integer) returns void`,
      marks,
      ddl`
        begin
          ${commitDurably}
          perform set_config('lock_timeout', wait_ms::text, true);
          perform pg_advisory_xact_lock(${sqlOf(fenceClass)}, hashtext(of_tenant));
          perform set_config('lock_timeout', '0', true);
          perform nextval($name$tenantry.route_epoch$name$);
        end
      `,
    ),
    sqlFunction(
      ddl`flip_move(of_tenant text, of_move uuid, of_rows jsonb) returns void`,
      marks,
      ddl`
        declare
          move tenantry.moves;
        begin
          ${own}
          if move.phase <> 'copying' or not exists (
            select from tenantry.placements p where p.tenant = of_tenant and p.moving and p.place is not distinct from move.source
          ) then
            raise exception 'MOVE_LOST: its route was changed' using errcode = 'TN001';
          end if;
          if move.target is null then
            delete from tenantry.placements p where p.tenant = of_tenant and p.suspended_at is null;
          end if;
          -- a tenant that is suspended stays suspended
          update tenantry.placements p set place = move.target, moving = false, since = now() where p.tenant = of_tenant;
          update tenantry.moves m set phase = 'moved', phase_at = now(), copied = of_rows where m.tenant = of_tenant;
        end
      `,
    ),
    sqlFunction(
      ddl`end_move(of_tenant text, of_move uuid) returns void`,
      marks,
      ddl`
        declare
          move tenantry.moves;
        begin
          ${own}
          if move.phase = 'copying' then
            delete from tenantry.placements p where p.tenant = of_tenant and p.place is null and p.suspended_at is null;
            update tenantry.placements p set moving = false where p.tenant = of_tenant;
          end if;
          delete from tenantry.moves m where m.tenant = of_tenant;
        end
      `,
    ),
  ];
}
