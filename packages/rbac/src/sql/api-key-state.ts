import { type Ddl, ddl, join, type SqlFunction } from '@tenantry/core/sql';
import { asSystem } from './makers.ts';
import type { Names, RbacTable } from './tables.ts';

// A key acts like a member: it has a row in member_permissions, which an entry needs, with the id of the
// key as the user. That row always counts as one that has ended, so what the key may do is worked out at
// each use: what it was given, as far as its maker has it at that moment.
const worksOut: Ddl = { sql: `'epoch'::timestamptz` };

/**
 * The hashes of keys, and when they were used last, which no tenant reads. A key that is rotated has two
 * for a while.
 */
export const apiKeyStateSql = ({ tenantType, userType, app, system }: Names): Ddl => ddl`
  create table if not exists tenantry.api_key_hashes (
    tenant_id ${tenantType} not null,
    hash text not null,
    key_id ${userType} not null,
    ends_at timestamptz,
    used_at timestamptz,
    primary key (tenant_id, hash)
  );
  create index if not exists api_key_hashes_key_idx on tenantry.api_key_hashes (tenant_id, key_id);
  revoke all on tenantry.api_key_hashes from public, ${app};
  grant select, insert, update, delete on tenantry.api_key_hashes to ${system};
`;

/** The part of `rbac_effective` that works out keys. Nothing is left of those that have ended. */
export function keysEffective({ apiKeys: k, tenant }: Names): Ddl {
  if (k === undefined) return ddl``;
  return ddl`
    return query
    select k.${k.c(tenant)}, k.${k.c('id')}, held.keys,
      jsonb_build_object('permissions', to_jsonb(held.keys), 'roles', '[]'::jsonb, 'resources', '{}'::jsonb,
        'until', extract(epoch from least(k.${k.c('expiresAt')}, tenantry.rbac_grants_until($1, k.${k.c('createdBy')})))), ${worksOut}
    from ${k.target} k cross join lateral (
      select coalesce(array_agg(p order by p), '{}') as keys from unnest(k.${k.c('permissions')}) p
      where tenantry.rbac_has($1, k.${k.c('createdBy')}, p)
    ) held
    where k.${k.c(tenant)} = $1 and k.${k.c('id')} = any ($2) and ${isOpen(k)};
  `;
}

/** A condition on the rows `k` of keys: neither revoked nor over. */
export const isOpen = (k: RbacTable): Ddl =>
  ddl`k.${k.c('revokedAt')} is null and (k.${k.c('expiresAt')} is null or k.${k.c('expiresAt')} > statement_timestamp())`;

/** A condition on the rows `d` of member_permissions. */
export const isNoKey = ({ apiKeys: k, tenant }: Names): Ddl =>
  k === undefined
    ? ddl``
    : ddl` and not exists (select from ${k.target} k where k.${k.c(tenant)} = $1 and k.${k.c('id')} = d.user_id)`;

export const apiKeyTriggers = (k: RbacTable): Ddl[] => [
  ddl`
    create or replace trigger tenantry_rbac_derive_api_keys after insert or update or delete on ${k.target}
      for each row execute function tenantry.rbac_api_key_changed();
  `,
];

/** When the first grant of a member ends: until then a key of theirs may do what it may do now. */
export const grantsUntil = (names: Names): SqlFunction =>
  asSystem(
    names,
    ddl`rbac_grants_until(tenant ${names.tenantType}, member ${names.userType}) returns timestamptz`,
    ddl`
      declare
        ends timestamptz;
      begin
        select d.valid_until into ends from tenantry.member_permissions d where d.tenant_id = $1 and d.user_id = $2;
        if ends <= statement_timestamp() then
          select e.valid_until into ends from tenantry.rbac_effective($1, array[$2]) e;
        end if;
        return ends;
      end
    `,
    { volatility: 'stable', parallel: 'safe' },
  );

/**
 * What follows from a written key: its row among those who may enter, the end of its hashes, and news for
 * the caches of all processes when it may do less, or more, than before.
 */
export const apiKeyChanged = (names: Names, k: RbacTable): SqlFunction => {
  const { tenant, tenants } = names;
  const row = (of: string) =>
    join(
      ['permissions', 'createdBy', 'expiresAt', 'revokedAt'].map(
        (property) => ddl`${{ sql: of }}.${k.c(property)}`,
      ),
    );
  return asSystem(
    names,
    ddl`rbac_api_key_changed() returns trigger`,
    ddl`
    begin
      if tg_op <> 'INSERT' and (tg_op = 'DELETE' or new.${k.c('revokedAt')} is not null) then
        delete from tenantry.member_permissions d where d.tenant_id = old.${k.c(tenant)} and d.user_id = old.${k.c('id')};
        if tg_op = 'DELETE' then
          delete from tenantry.api_key_hashes h where h.tenant_id = old.${k.c(tenant)} and h.key_id = old.${k.c('id')};
        end if;
      elsif new.${k.c('revokedAt')} is null and (tg_op = 'INSERT'
        or (new.${k.c('permissions')}, new.${k.c('revokedAt')}) is distinct from (old.${k.c('permissions')}, old.${k.c('revokedAt')})) then
        insert into tenantry.member_permissions as d (tenant_id, user_id, permissions, facts, valid_until)
        values (new.${k.c(tenant)}, new.${k.c('id')}, new.${k.c('permissions')},
          '{"permissions": [], "roles": [], "resources": {}, "until": null, "version": 0}', ${worksOut})
        on conflict (tenant_id, user_id) do update set permissions = excluded.permissions;
      end if;
      -- nobody knows a key that is new; where the tenant is gone, its own trigger tells
      if (tg_op = 'DELETE' or (tg_op = 'UPDATE' and (${row('new')}) is distinct from (${row('old')})))
        and exists (select from ${tenants.target} t where t.${tenants.c('id')} = old.${k.c(tenant)}) then
        perform tenantry.rbac_next_version(old.${k.c(tenant)});
      end if;
      return null;
    end
  `,
  );
};
