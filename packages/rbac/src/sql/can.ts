import type { Tenancy } from '@tenantry/core';
import {
  actorOfTransaction,
  type Ddl,
  ddl,
  type EntryFacts,
  join,
  literal,
  name,
  type SqlFunction,
  sqlLiteral,
} from '@tenantry/core/sql';
import { atHome } from './at-home.ts';
import { asCaller, asSystem } from './makers.ts';
import { raise } from './raise.ts';
import { stale } from './stale-mark.ts';
import { type Names, userOf } from './tables.ts';

/**
 * Whether parallel workers may read the actor. They have the settings of their leader but other process
 * ids, so they would reject a valid signature.
 */
export const inWorkers = ({ tenancy }: Names): 'restricted' | 'safe' =>
  tenancy.context === 'signed' ? 'restricted' : 'safe';

/**
 * The functions that policies call: `tenantry.can(permission)` and, for roles assigned for one resource,
 * `tenantry.allowed_ids(permission, resource)`. Each reads one row by its primary key. They are plpgsql,
 * because the body of an SQL function would be planned again for every statement.
 *
 * Impersonation grants the intersection of both users' permissions.
 */
export function canFunctions(names: Names): SqlFunction[] {
  const { permissions: p, tenantType, userType, currentTenant } = names;
  const user = (key: string) => userOf(names, ddl`(acting ->> ${{ sql: `'${key}'` }})`);
  const begin = ddl`
      acting constant jsonb := ${actorOfTransaction};
      at_home constant ${tenantType} := (${currentTenant});
    begin
      if acting ->> 'user' is null then
        ${raise('ACTOR_MISSING', ddl`$1`, ddl`jsonb_build_object('permission', $1)`)}
      end if;`;
  return [
    asSystem(
      names,
      ddl`rbac_has(tenant ${tenantType}, member ${userType}, permission text) returns boolean`,
      ddl`
        declare
          has boolean;
          ends timestamptz;
        begin
          select $3 = any (d.permissions), d.valid_until into has, ends
          from tenantry.member_permissions d where d.tenant_id = $1 and d.user_id = $2;
          -- a grant that has ended while nobody wrote, or a row that waits to be worked out
          if ends <= statement_timestamp() and (has or ends = ${stale}) then
            select $3 = any (e.permissions) into has from tenantry.rbac_effective($1, array[$2]) e;
          end if;
          return coalesce(has, false);
        end
      `,
      { volatility: 'stable', parallel: 'safe' },
    ),
    ...atHome(
      names,
      ddl`can(text) returns boolean`,
      ddl`
        declare
        ${begin}
          if tenantry.rbac_has(at_home, ${user('user')}, $1)
            and (not acting ? 'onBehalfOf' or tenantry.rbac_has(at_home, ${user('onBehalfOf')}, $1)) then
            return true;
          end if;
          if not exists (select from ${p.target} p where p.${p.c('key')} = $1) then
            ${raise('PERMISSION_UNKNOWN', ddl`$1`, ddl`jsonb_build_object('permission', $1)`)}
          end if;
          return false;
        end
      `,
      { volatility: 'stable', parallel: inWorkers(names), callers: names.both },
    ),
    ...atHome(
      names,
      ddl`allowed_ids(text, text) returns text[]`,
      ddl`
        declare
          facts jsonb;
        ${begin}
          facts := tenantry.rbac_facts(at_home, ${user('user')});
          return array(select r.key from jsonb_each(facts -> 'resources' -> $2) r where r.value ? $1);
        end
      `,
      { volatility: 'stable', parallel: inWorkers(names), callers: names.both },
    ),
    ...(names.onCitus ? planFunctions(names) : []),
  ];
}

/** What the policies of Citus call: see `citusTerms`. */
const planFunctions = (names: Names): SqlFunction[] => {
  const { tenantType, currentTenant } = names;
  const asked = { callers: [names.app] };
  return [
    asCaller(
      names,
      ddl`tenant_if_can(text) returns ${tenantType}`,
      ddl`
        begin
          return case when tenantry.can($1) then (${currentTenant}) end;
        end
      `,
      { ...asked, volatility: 'stable' },
    ),
    asCaller(
      names,
      ddl`planned_can(text) returns boolean`,
      ddl`begin return tenantry.can($1); end`,
      {
        ...asked,
        volatility: 'immutable',
        comment: literal('Whether the plan lets the whole tenant be seen.'),
      },
    ),
    asCaller(
      names,
      ddl`planned_ids(text, text) returns text[]`,
      ddl`begin return tenantry.allowed_ids($1, $2); end`,
      {
        ...asked,
        volatility: 'immutable',
        comment: literal('The resources that the plan lets be seen.'),
      },
    ),
    asCaller(
      names,
      ddl`tenant_if_as_planned(text, text, boolean, text[]) returns ${tenantType}`,
      ddl`
        begin
          return case when $3 = tenantry.can($1) and ($3 or $4 = tenantry.allowed_ids($1, $2)) then (${currentTenant}) end;
        end
      `,
      {
        ...asked,
        volatility: 'stable',
        comment: literal('The tenant, while what was planned still holds.'),
      },
    ),
  ];
};

/**
 * The facts of an entry: the stored row, or a computed one when a grant has expired or with
 * impersonation. Exactly the members have a row, which triggers insert and delete in the transaction of
 * the change, so it also serves as the membership check.
 */
export const entryFacts: EntryFacts = {
  sql: ddl`case
          when d.valid_until <= statement_timestamp() or on_behalf_of is not null
          then tenantry.rbac_facts(entry.tenant, entry.member)::text
          else d.entry
        end`,
  members: {
    from: ddl`tenantry.member_permissions d`,
    tenant: ddl`d.tenant_id`,
    member: ddl`d.user_id`,
  },
};

/**
 * Stubs of the functions that policies call, created before the first table; they refuse until the
 * package's functions replace them.
 */
export const foundationSql = (tenancy: Tenancy): Ddl => {
  const both = join([name(tenancy.roles.app), name(tenancy.roles.system)]);
  const stub = (signature: string, type: string) => ddl`
    do $tenantry$
    begin
      if to_regprocedure(${sqlLiteral({ sql: signature })}) is null then
        create function ${{ sql: signature }} returns ${{ sql: type }} language plpgsql stable
        set search_path = pg_catalog, pg_temp
        as $stub$ begin raise exception 'the functions of rbac are not there yet' using errcode = '42883'; end $stub$;
        revoke all on function ${{ sql: signature }} from public;
        grant execute on function ${{ sql: signature }} to ${both};
      end if;
    end
    $tenantry$;
  `;
  const tenant = tenancy.id;
  const planned =
    tenancy.dialect === 'citus'
      ? [
          stub('tenantry.tenant_if_can(text)', tenant),
          stub('tenantry.planned_can(text)', 'boolean'),
          stub('tenantry.planned_ids(text, text)', 'text[]'),
          stub('tenantry.tenant_if_as_planned(text, text, boolean, text[])', tenant),
        ]
      : [];
  return ddl`
    ${stub('tenantry.can(text)', 'boolean')}
    ${stub('tenantry.allowed_ids(text, text)', 'text[]')}
    ${join(planned, '\n')}
  `;
};
