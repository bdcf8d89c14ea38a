import { type Ddl, ddl, isoTime, literal, type SqlFunction } from '@tenantry/core/sql';
import { isOpen } from './api-key-state.ts';
import { homeOf, momentOf } from './at-home.ts';
import { asCaller, asSystem } from './makers.ts';
import { givenUser, type Names, type RbacTable } from './tables.ts';

/** A row of keys as jsonb, without anything of a secret. */
export const shown = (k: RbacTable, row: string, used: Ddl): Ddl => {
  const c = (property: string) => ddl`${{ sql: row }}.${k.c(property)}`;
  return ddl`jsonb_build_object('id', ${c('id')}::text, 'name', ${c('name')}, 'hint', ${c('hint')}, 'permissions', ${c('permissions')},
      'createdBy', ${c('createdBy')}::text, 'createdAt', ${isoTime(c('createdAt'))}, 'expiresAt', ${isoTime(c('expiresAt'))},
      'lastUsedAt', ${isoTime(used)}, 'rotatedAt', ${isoTime(c('rotatedAt'))}, 'revokedAt', ${isoTime(c('revokedAt'))})`;
};

/** When one of the secrets of a key was used last. */
export const lastUse = (of: Ddl, key: Ddl): Ddl =>
  ddl`(select max(h.used_at) from tenantry.api_key_hashes h where h.tenant_id = ${of} and h.key_id = ${key})`;

/** The list of keys, and the end of one by an operator. */
export function listFunctions(names: Names, k: RbacTable): SqlFunction[] {
  const { tenant, tenantType, userType, currentTenant } = names;
  const home = homeOf(names);
  const moment = momentOf(names);
  // Citus finds the shard by a condition without an alternative
  const bound = names.onCitus ? ddl`k.${k.c(tenant)} = $1` : undefined;
  // a page reads all keys of the tenant, and the last use of its own alone
  const listed = (used: Ddl, ofTenant = ddl`($1 is null or k.${k.c(tenant)} = $1)`) => ddl`
    select coalesce(jsonb_agg(l.shown || jsonb_build_object('tenant', l.tenant::text, 'live', l.live, 'madeAt', extract(epoch from l.at))
      order by l.live desc, l.at desc, l.id desc), '[]')
    from (
      select ${shown(k, 'k', ddl`u.used`)} as shown, k.${k.c(tenant)} as tenant,
        s.live, k.${k.c('createdAt')} as at, k.${k.c('id')} as id
      from ${k.target} k cross join lateral (select ${isOpen(k)} as live) s cross join lateral (select ${used} as used) u
      where ${ofTenant}
        and ($2 is null or (s.live, k.${k.c('createdAt')}, k.${k.c('id')}) < ($2, $3, ${givenUser(names, ddl`$4`)}))
      order by s.live desc, k.${k.c('createdAt')} desc, k.${k.c('id')} desc limit $5) l`;
  return [
    asSystem(
      names,
      ddl`my_api_key_used(key ${userType}) returns timestamptz`,
      names.onCitus
        ? ddl`${home.declared} begin return ${lastUse(home.tenant, ddl`$1`)}; end`
        : ddl`begin return ${lastUse(ddl`(${currentTenant})`, ddl`$1`)}; end`,
      { volatility: 'stable', callers: [names.app] },
    ),
    // the end of the page before: whether its last key was live, when it was made, and its id
    asCaller(
      names,
      ddl`rbac_api_keys(tenant ${tenantType}, live boolean, at timestamptz, id text, most int) returns jsonb`,
      ddl`
        begin
          if ${k.isBound} then return (${listed(ddl`tenantry.my_api_key_used(k.${k.c('id')})`, bound)}); end if;
          ${
            names.onCitus
              ? ddl`if $1 is not null then return (${listed(lastUse(ddl`$1`, ddl`k.${k.c('id')}`), bound)}); end if;`
              : ddl``
          }
          return (${names.onCitus ? ofAllTenants(names, k) : listed(lastUse(ddl`k.${k.c(tenant)}`, ddl`k.${k.c('id')}`))});
        end
      `,
      { volatility: 'stable' },
    ),
    asCaller(
      names,
      ddl`rbac_end_api_key(key text, tenant ${tenantType}) returns int`,
      ddl`
        #variable_conflict use_column
        declare
          found_keys int;
          ${moment.declared}
        begin
          select count(*) into found_keys from ${k.target} k where ${endable(names, k)};
          if found_keys = 1 then
            update ${k.target} k set ${k.c('revokedAt')} = ${moment.now} where ${endable(names, k)};
            get diagnostics found_keys = row_count;
          end if;
          return found_keys;
        end
      `,
      {
        callers: [names.system],
        comment: literal(
          'Ends a key, where one alone has this id: numbers are unique within a tenant. Returns how many have it.',
        ),
      },
    ),
  ];
}

/** A page of the keys of all tenants, in a form that Citus asks of all shards at once. */
const ofAllTenants = (names: Names, k: RbacTable): Ddl => {
  const order = ddl`${isOpen(k)} desc, k.${k.c('createdAt')} desc, k.${k.c('id')} desc`;
  return ddl`
    select coalesce(jsonb_agg(l.shown || jsonb_build_object('tenant', l.tenant::text, 'live', l.live, 'madeAt', extract(epoch from l.at))
      order by l.live desc, l.at desc, l.id desc), '[]')
    from (
      select ${shown(k, 'k', ddl`u.used`)} as shown, k.${k.c(names.tenant)} as tenant,
        ${isOpen(k)} as live, k.${k.c('createdAt')} as at, k.${k.c('id')} as id
      from ${k.target} k left join (
        select h.tenant_id, h.key_id, max(h.used_at) as used from tenantry.api_key_hashes h group by 1, 2
      ) u on u.tenant_id = k.${k.c(names.tenant)} and u.key_id = k.${k.c('id')}
      where $2 is null or (${isOpen(k)}, k.${k.c('createdAt')}, k.${k.c('id')}) < ($2, $3, ${givenUser(names, ddl`$4`)})
      order by ${order} limit $5) l`;
};

const endable = (names: Names, k: RbacTable): Ddl =>
  ddl`k.${k.c('id')} = ${givenUser(names, ddl`$1`)} and k.${k.c('revokedAt')} is null and ($2 is null or k.${k.c(names.tenant)} = $2)`;
