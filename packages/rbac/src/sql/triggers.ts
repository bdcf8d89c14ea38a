import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { definer, type Names, type RbacTable } from './tables.ts';

const events = ['insert', 'update', 'delete'] as const;
type Event = (typeof events)[number];

/** Trigger names that sort in execution order. */
const triggerName = (step: 'check' | 'derive' | 'owner', what: string) =>
  name(`tenantry_rbac_${step}_${what}`);

/**
 * A statement trigger that sees the changed rows as `gone` and `come`, so a thousand rows are one change.
 * There is one per event, because a trigger with transition tables can have only one event.
 */
function afterStatement(table: RbacTable, fn: string, only: readonly Event[] = events): Ddl {
  const tables: Record<Event, string> = {
    insert: 'new table as come',
    update: 'old table as gone new table as come',
    delete: 'old table as gone',
  };
  return join(
    events.map((event) => {
      const trigger = triggerName('derive', event);
      const drop = ddl`drop trigger if exists ${trigger} on ${table.target};`;
      if (!only.includes(event)) return drop;
      return ddl`
        ${drop}
        create trigger ${trigger} after ${{ sql: event }} on ${table.target}
          referencing ${{ sql: tables[event] }} for each statement execute function tenantry.${{ sql: fn }}();
      `;
    }),
    '\n',
  );
}

/** A trigger before each row that refuses or accepts it. */
export const beforeRow = (table: RbacTable, fn: string, when: string): Ddl => {
  const trigger = triggerName('check', fn.replace(/^rbac_/, ''));
  return ddl`
    create or replace trigger ${trigger} before ${{ sql: when }} on ${table.target}
      for each row execute function tenantry.${{ sql: fn }}();
  `;
};

/** A trigger that runs at commit, after all statements of the transaction. */
export const atCommit = (
  table: RbacTable,
  fn: string,
  when: string,
  only: Ddl = ddl``,
  suffix = '',
): Ddl => {
  const trigger = triggerName(
    'owner',
    [fn.replace(/^rbac_/, ''), suffix].filter(Boolean).join('_'),
  );
  return ddl`
    drop trigger if exists ${trigger} on ${table.target};
    create constraint trigger ${trigger} after ${{ sql: when }} on ${table.target}
      deferrable initially deferred for each row ${only} execute function tenantry.${{ sql: fn }}();
  `;
};

/** The triggers that keep `tenantry.member_permissions` equal to the tables of the application. */
export function deriveSql(names: Names): Ddl {
  const { memberships, memberRoles, roles, rolePermissions, permissions, tenants } = names;
  const ofMembers = (table: RbacTable, fn: string, whenGone = ddl``) => {
    const tenant = table.c(names.tenant);
    const user = table.c('userId');
    const rows = (from: string) => ddl`
      select x.${tenant} as tenant, array_agg(distinct x.${user}) as members from ${{ sql: from }} x
      group by 1 order by 1 -- in one order, or two changes could wait for each other`;
    const each = (from: string, then = ddl``) => ddl`
      for each in ${rows(from)}
      loop perform tenantry.rbac_changed(each.tenant, each.members); ${then} end loop;`;
    return ddl`
      create or replace function tenantry.${{ sql: fn }}() returns trigger
      language plpgsql security definer
      set search_path = pg_catalog, pg_temp
      as $tenantry$
      declare
        each record;
      begin
        if tg_op = 'INSERT' then ${each('come')}
        elsif tg_op = 'DELETE' then ${each('gone', whenGone)}
        else ${each('(table gone union all table come)')}
        end if;
        return null;
      end
      $tenantry$;
      ${definer(names, `tenantry.${fn}()`)}
    `;
  };
  const definerTrigger = (fn: string, declare: Ddl, body: Ddl) => ddl`
    create or replace function tenantry.${{ sql: fn }}() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      ${declare}
    begin
      ${body}
      return null;
    end
    $tenantry$;
    ${definer(names, `tenantry.${fn}()`)}
  `;
  /** Roles of inserted or deleted rows, or of rows that differ in these columns, by tenant. */
  const ofRoles = (table: RbacTable, fn: string, role: string, differ: readonly string[]) => {
    const id = table.c(role);
    const tenant = table.c(names.tenant);
    const row = (of: string) =>
      join(differ.map((column) => ddl`${{ sql: of }}.${table.c(column)}`));
    const rows = (from: Ddl) => ddl`
      for each in select x.${tenant} as tenant, array_agg(distinct x.${id}) as roles from ${from} group by 1 order by 1
      loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;`;
    return definerTrigger(
      fn,
      ddl`each record;`,
      ddl`
        if tg_op = 'INSERT' then ${rows(ddl`come x`)}
        elsif tg_op = 'DELETE' then ${rows(ddl`gone x`)}
        else ${rows(
          differ.length === 0
            ? ddl`(table gone union all table come) x`
            : ddl`come x join gone g on g.${id} = x.${id} where (${row('x')}) is distinct from (${row('g')})`,
        )}
        end if;`,
    );
  };
  const key = permissions.c('key');
  const resource = permissions.c('resource');
  const keys = (from: Ddl) => ddl`
    select array_agg(x.${key}), array_agg(x.${resource}) into keys, resources from ${from} x;`;
  const ofTenant = (table: RbacTable, row: 'old' | 'new') =>
    ddl`when (${{ sql: row }}.${table.c(names.tenant)} is not null)`;
  return join(
    [
      ofMembers(
        memberships,
        'rbac_memberships_changed',
        ddl`perform tenantry.rbac_members_left(each.tenant, each.members);`,
      ),
      ofMembers(memberRoles, 'rbac_member_roles_changed'),
      // another name does not change permissions
      ofRoles(roles, 'rbac_role_rows_changed', 'id', ['key', 'parentId']),
      ofRoles(rolePermissions, 'rbac_role_permissions_changed', 'roleId', []),
      definerTrigger(
        'rbac_permissions_changed',
        ddl`
          keys text[];
          resources text[];`,
        ddl`
          if tg_op = 'INSERT' then ${keys(ddl`come`)}
          elsif tg_op = 'DELETE' then ${keys(ddl`gone`)}
          else -- not for another description
            ${keys(ddl`(
              select c.${key}, c.${resource} from come c where (c.${key}, c.${resource}) not in (select g.${key}, g.${resource} from gone g)
              union all
              select g.${key}, g.${resource} from gone g where (g.${key}, g.${resource}) not in (select c.${key}, c.${resource} from come c)
            )`)}
          end if;
          if keys is not null then perform tenantry.rbac_keys_changed(keys, resources); end if;`,
      ),
      ddl`
        create or replace function tenantry.rbac_tenant_gone() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          delete from tenantry.rbac_versions v where v.tenant_id = old.${tenants.c('id')};
          delete from tenantry.rbac_departures d where d.tenant_id = old.${tenants.c('id')};
          return null;
        end
        $tenantry$;
        ${definer(names, 'tenantry.rbac_tenant_gone()')}
      `,
      afterStatement(memberships, 'rbac_memberships_changed'),
      afterStatement(memberRoles, 'rbac_member_roles_changed'),
      // a new role has no members, and those of a deleted role are covered by their own rows
      afterStatement(roles, 'rbac_role_rows_changed', ['update']),
      afterStatement(rolePermissions, 'rbac_role_permissions_changed'),
      afterStatement(permissions, 'rbac_permissions_changed'),
      atCommit(roles, 'rbac_refresh_tenant', 'update', ofTenant(roles, 'new')),
      ...events.map((event) =>
        atCommit(
          rolePermissions,
          'rbac_refresh_tenant',
          event,
          ofTenant(rolePermissions, event === 'delete' ? 'old' : 'new'),
          event,
        ),
      ),
      ddl`
        create or replace trigger ${triggerName('derive', 'tenant_gone')} after delete on ${tenants.target}
          for each row execute function tenantry.rbac_tenant_gone();
      `,
    ],
    '\n',
  );
}

/** A text of one of these errors: `CODE: what was found`, with details as JSON. */
export const raise = (code: string, found: Ddl, details: Ddl = ddl`'{}'::jsonb`): Ddl =>
  ddl`raise exception using errcode = 'TN001', message = ${literal(`${code}: `)} || ${found}, detail = (${details})::text;`;
