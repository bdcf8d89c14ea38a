import { actorOfTransaction, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { lastUse, listFunctions, shown } from './api-key-list.ts';
import { apiKeyChanged, grantsUntil, isOpen } from './api-key-state.ts';
import { atHome, momentOf } from './at-home.ts';
import { required } from './guard.ts';
import { raise } from './raise.ts';
import { givenUser, type Names, type RbacTable } from './tables.ts';

/** The functions of keys. Only they write keys: a tenant that wrote one could name another maker. */
export function apiKeyFunctions(names: Names, k: RbacTable): SqlFunction[] {
  const { memberships: m, tenant, tenantType, userType, currentTenant } = names;
  const moment = momentOf(names);
  const declared = ddl`
    at_home constant ${tenantType} := (${currentTenant});
    maker constant ${userType} := ${names.actingUser};
    ${moment.declared}
  `;
  // a key makes no keys, and nobody makes one in the name of another
  const byMember = ddl`
    if (${actorOfTransaction}) ? 'onBehalfOf'
      or not exists (select from ${m.target} m where m.${m.c(tenant)} = at_home and m.${m.c('userId')} = maker) then
      ${raise('PERMISSION_DENIED', ddl`'only a member manages API keys, and in the own name'`)}
    end if;
  `;
  const given = ddl`k.${k.c(tenant)} = at_home and k.${k.c('id')} = ${givenUser(names, ddl`$1`)} and k.${k.c('revokedAt')} is null`;
  const unknown = raise('API_KEY_UNKNOWN', ddl`'a key that is not there, or is revoked'`);
  const mayWrite = required(k.managed.insert, `insert on ${k.table}`);
  return [
    grantsUntil(names),
    apiKeyChanged(names, k),
    ...atHome(
      names,
      ddl`rbac_make_api_key(called text, wanted text[], expires timestamptz, hash text, hint text) returns jsonb`,
      ddl`
        declare
          ${declared}
          each text;
          made ${k.target};
        begin
          ${byMember}
          ${mayWrite}
          foreach each in array wanted loop
            if not tenantry.can(each) then
              ${raise('GRANT_ABOVE_OWN', ddl`each || ' is not yours to give or take'`, ddl`jsonb_build_object('permission', each)`)}
            end if;
          end loop;
          insert into ${k.target} (${k.c(tenant)}, ${k.c('name')}, ${k.c('hint')}, ${k.c('permissions')}, ${k.c('createdBy')}, ${k.c('expiresAt')})
          values (at_home, called, hint, wanted, maker, expires) returning * into made;
          insert into tenantry.api_key_hashes (tenant_id, hash, key_id) values (at_home, hash, made.${k.c('id')});
          return ${shown(k, 'made', ddl`null::timestamptz`)};
        end
      `,
      { callers: [names.app], writes: true },
    ),
    ...atHome(
      names,
      ddl`rbac_rotate_api_key(key text, hash text, hint text, overlap int) returns jsonb`,
      ddl`
        #variable_conflict use_variable
        declare
          ${declared}
          made ${k.target};
          used timestamptz;
        begin
          ${byMember}
          ${mayWrite}
          -- its row lock lets one of two rotations, or a revocation, go first
          update ${k.target} k set ${k.c('hint')} = hint, ${k.c('rotatedAt')} = ${moment.now}
          where ${given} and ${isOpen(k)} returning k.* into made;
          if not found then ${unknown} end if;
          if exists (select from unnest(made.${k.c('permissions')}) p where not tenantry.can(p)) then
            ${raise('GRANT_ABOVE_OWN', ddl`'a key with more permissions than you have'`)}
          end if;
          used := ${lastUse(ddl`at_home`, ddl`made.${k.c('id')}`)};
          delete from tenantry.api_key_hashes h where h.tenant_id = at_home and h.key_id = made.${k.c('id')}
            and (overlap = 0 or h.ends_at is not null);
          update tenantry.api_key_hashes h set ends_at = ${moment.now} + make_interval(secs => overlap)
          where h.tenant_id = at_home and h.key_id = made.${k.c('id')};
          insert into tenantry.api_key_hashes (tenant_id, hash, key_id, used_at) values (at_home, hash, made.${k.c('id')}, used);
          return ${shown(k, 'made', ddl`used`)};
        end
      `,
      { callers: [names.app], writes: true },
    ),
    ...atHome(
      names,
      ddl`rbac_revoke_api_key(key text) returns void`,
      ddl`
        declare
          ${declared}
        begin
          ${byMember}
          if not exists (select from ${k.target} k where ${given} and k.${k.c('createdBy')} = maker) then
            ${mayWrite}
          end if;
          update ${k.target} k set ${k.c('revokedAt')} = ${moment.now} where ${given};
          if not found then ${unknown} end if;
        end
      `,
      { callers: [names.app], writes: true },
    ),
    ...atHome(
      names,
      ddl`rbac_check_api_key(hash text) returns text`,
      ddl`
        #variable_conflict use_variable
        declare
          at_home constant ${tenantType} := (${currentTenant});
          found_key ${userType};
          used timestamptz;
        begin
          select k.${k.c('id')}, h.used_at into found_key, used
          from tenantry.api_key_hashes h
          join ${k.target} k on k.${k.c(tenant)} = h.tenant_id and k.${k.c('id')} = h.key_id
          join ${m.target} m on m.${m.c(tenant)} = h.tenant_id and m.${m.c('userId')} = k.${k.c('createdBy')}
          where h.tenant_id = at_home and h.hash = hash and (h.ends_at is null or h.ends_at > statement_timestamp()) and ${isOpen(k)};
          if found and (used is null or used < statement_timestamp() - interval '1 minute')
            and not current_setting('transaction_read_only')::boolean then
            -- of many requests one writes it, and nobody waits
            ${
              names.onCitus
                ? ddl`
                  perform from tenantry.api_key_hashes l
                  where l.tenant_id = at_home and l.hash = hash and l.used_at is not distinct from used
                  for no key update skip locked;
                  if found then
                    update tenantry.api_key_hashes h set used_at = statement_timestamp()
                    where h.tenant_id = at_home and h.hash = hash;
                  end if;
                `
                : ddl`
                  update tenantry.api_key_hashes h set used_at = statement_timestamp()
                  where (h.tenant_id, h.hash) in (
                    select l.tenant_id, l.hash from tenantry.api_key_hashes l
                    where l.tenant_id = at_home and l.hash = hash and l.used_at is not distinct from used
                    for no key update skip locked);
                `
            }
          end if;
          return found_key::text;
        end
      `,
      {
        callers: [names.app],
        comment: literal('The id of the key with this hash; null for one that lets nobody in.'),
      },
    ),
    ...listFunctions(names, k),
  ];
}
