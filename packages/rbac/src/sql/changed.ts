import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { isNoKey } from './api-key-state.ts';
import { atHome } from './at-home.ts';
import { asSystem } from './makers.ts';
import type { Names } from './tables.ts';

/** The channel that notifies changes of a tenant's permissions: `tenantry_rbac`. */
export const channelOf = (schema: string): string => `${schema}_rbac`;

/** The two halves of the key of the lock between tenants and the definition; different for each tenancy. */
const definitionLock: Ddl = { sql: '1952803950, hashtext($name$ tenantry $name$)' };

const olderSnapshot: Ddl = {
  sql: `current_setting('transaction_isolation') in ('repeatable read', 'serializable')`,
};

const shareDefinition = ddl`
          -- shared among tenants, exclusive for a change of the definition: it must not miss a new member
          perform pg_advisory_xact_lock_shared(${definitionLock});
          -- a lock does not stop an older snapshot from deriving what was; a row that has changed does
          if ${olderSnapshot} then
            perform from tenantry.rbac_definitions for share;
          end if;`;

const holdDefinition = ddl`
          perform pg_advisory_xact_lock(${definitionLock});
          update tenantry.rbac_definitions set version = version + 1;
          -- this one may be the older snapshot, and must not miss what it does not see
          if ${olderSnapshot} then update tenantry.rbac_versions set version = version + 1; end if;`;

/** The row of the definition is on another node: nothing would stop an older snapshot. */
export const refuseOlderSnapshots = ddl`
  if ${olderSnapshot} then
    raise exception 'roles change in read committed alone, on Citus' using errcode = '0A000';
  end if;`;

/** An advisory lock is of one node. The lock of a table is taken on all: whoever changes a tenant writes it. */
const holdAllTenants = ddl`
  ${refuseOlderSnapshots}
  lock table tenantry.rbac_versions in share row exclusive mode;`;

/**
 * `tenantry.rbac_changed(tenant, members)` recomputes the permissions of members (of all members when
 * null) and increments the version of the tenant. The row of the version stays locked until the end of
 * the transaction, so of two changes in one tenant the second waits and then sees the first. This lock
 * keeps the derived permissions consistent with their sources, and the last owner is counted under it.
 */
export function changedFunctions(names: Names): SqlFunction[] {
  const { tenants, memberships: m, tenantType, userType, tenant, onCitus } = names;
  const channel = literal(channelOf(names.tenancy.schema));
  return [
    asSystem(
      names,
      ddl`rbac_changed(tenant ${tenantType}, members ${userType}[]) returns void`,
      ddl`
        declare
          now_at bigint;
        begin
          if not exists (select from ${tenants.target} t where t.${tenants.c('id')} = $1) then
            delete from tenantry.member_permissions d where d.tenant_id = $1;
            delete from tenantry.rbac_versions v where v.tenant_id = $1;
            return;
          end if;
          now_at := tenantry.rbac_next_version($1);
          perform tenantry.rbac_derive($1, $2, now_at);
        end
      `,
    ),
    asSystem(
      names,
      ddl`rbac_next_version(tenant ${tenantType}) returns bigint`,
      ddl`
        declare
          now_at bigint;
        begin
          ${onCitus ? refuseOlderSnapshots : shareDefinition}
          insert into tenantry.rbac_versions as v (tenant_id) values ($1)
          on conflict (tenant_id) do update set version = v.version + 1
          returning v.version into now_at;
          ${onCitus ? ddl`-- nobody listens on a worker` : ddl`perform pg_notify(${channel}, jsonb_build_object('tenant', $1::text, 'version', now_at)::text);`}
          return now_at;
        end
      `,
    ),
    asSystem(
      names,
      ddl`rbac_definition_changes() returns void`,
      ddl`
        begin
          ${
            onCitus
              ? holdAllTenants
              : ddl`
                ${holdDefinition}
                perform pg_notify(${channel}, '{}');
              `
          }
        end
      `,
    ),
    asSystem(
      names,
      ddl`rbac_hold_tenant(tenant ${tenantType}) returns void`,
      ddl`
        begin
          insert into tenantry.rbac_versions as v (tenant_id) values ($1)
          on conflict (tenant_id) do update set version = v.version;
        end
      `,
      { comment: literal('Lets one transaction at a time change the roles of a tenant.') },
    ),
    ...atHome(
      names,
      ddl`rbac_hold() returns void`,
      ddl`
        begin
          perform tenantry.rbac_hold_tenant((${names.currentTenant}));
        end
      `,
      { callers: [names.app], writes: true },
    ),
    asSystem(
      names,
      ddl`rbac_derive(tenant ${tenantType}, members ${userType}[], version bigint) returns void`,
      ddl`
        declare
          chosen constant ${userType}[] := coalesce($2, array(select m.${m.c('userId')} from ${m.target} m where m.${m.c(tenant)} = $1));
          part ${userType}[];
          ${onCitus ? ddl`e record;` : ddl``}
        begin
          -- by the hundred: the plan of rbac_effective, which knows no numbers, is quadratic in members
          for i in 0 .. (cardinality(chosen) - 1) / 100 loop
            part := chosen[i * 100 + 1 : i * 100 + 100];
            -- with the version that made them so: a member whose permissions stay keeps the version too
            ${onCitus ? ddl`for e in select * from tenantry.rbac_effective($1, part) loop` : ddl``}
            insert into tenantry.member_permissions as d (tenant_id, user_id, permissions, facts, valid_until)
            ${
              onCitus
                ? ddl`values ($1, e.user_id, e.permissions, e.facts || jsonb_build_object('version', $3), e.valid_until)`
                : ddl`
            select e.tenant_id, e.user_id, e.permissions, e.facts || jsonb_build_object('version', $3), e.valid_until
            from tenantry.rbac_effective($1, part) e`
            }
            on conflict (tenant_id, user_id) do update
              set permissions = excluded.permissions, valid_until = excluded.valid_until,
                facts = case when d.facts - 'version' = excluded.facts - 'version' then d.facts else excluded.facts end
              where d.facts - 'version' <> excluded.facts - 'version' or d.valid_until is distinct from excluded.valid_until;
            ${onCitus ? ddl`end loop;` : ddl``}
          end loop;
          delete from tenantry.member_permissions d
          where d.tenant_id = $1 and ($2 is null or d.user_id = any ($2))
            and not exists (select from ${m.target} m where m.${m.c(tenant)} = $1 and m.${m.c('userId')} = d.user_id)${isNoKey(names)};
        end
      `,
    ),
  ];
}
