import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { definer, type Names, type RbacTable } from './tables.ts';

const events = ['insert', 'update', 'delete'] as const;
type Event = (typeof events)[number];

/** Names in the order in which triggers of one event run. */
const triggerName = (step: 'check' | 'derive' | 'owner', what: string) =>
  name(`tenantry_rbac_${step}_${what}`);

/**
 * A trigger after each statement that sees what it changed as `gone` and `come`: a thousand rows are
 * one change. There is one for each event, because a transition table belongs to one.
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

/** A trigger before each row, that refuses it or lets it be. */
export const beforeRow = (table: RbacTable, fn: string, when: string): Ddl => {
  const trigger = triggerName('check', fn.replace(/^rbac_/, ''));
  return ddl`
    create or replace trigger ${trigger} before ${{ sql: when }} on ${table.target}
      for each row execute function tenantry.${{ sql: fn }}();
  `;
};

/** A trigger that runs when the transaction commits, after everything that it has done. */
export const atCommit = (table: RbacTable, fn: string, when: string): Ddl => {
  const trigger = triggerName('owner', fn.replace(/^rbac_/, ''));
  return ddl`
    drop trigger if exists ${trigger} on ${table.target};
    create constraint trigger ${trigger} after ${{ sql: when }} on ${table.target}
      deferrable initially deferred for each row execute function tenantry.${{ sql: fn }}();
  `;
};

/** The rows that a statement took away or brought, whichever of them there are. */
const changedRows = (columns: Ddl): Ddl => ddl`
  if tg_op = 'INSERT' then changed := array(select ${columns} from come x);
  elsif tg_op = 'DELETE' then changed := array(select ${columns} from gone x);
  else changed := array(select ${columns} from gone x union select ${columns} from come x);
  end if;
`;

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
  const ofRoles = (fn: string, column: Ddl) => ddl`
    create or replace function tenantry.${{ sql: fn }}() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      changed uuid[];
    begin
      ${changedRows(column)}
      if cardinality(changed) > 0 then perform tenantry.rbac_roles_changed(changed); end if;
      return null;
    end
    $tenantry$;
    ${definer(names, `tenantry.${fn}()`)}
  `;
  return join(
    [
      ofMembers(
        memberships,
        'rbac_memberships_changed',
        ddl`perform tenantry.rbac_members_left(each.tenant, each.members);`,
      ),
      ofMembers(memberRoles, 'rbac_member_roles_changed'),
      ofRoles('rbac_role_rows_changed', ddl`x.${roles.c('id')}`),
      ofRoles('rbac_role_permissions_changed', ddl`x.${rolePermissions.c('roleId')}`),
      ddl`
        create or replace function tenantry.rbac_permissions_changed() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        declare
          changed text[];
        begin
          ${changedRows(ddl`x.${permissions.c('key')}`)}
          if cardinality(changed) > 0 then perform tenantry.rbac_definition_changed(); end if;
          return null;
        end
        $tenantry$;
        ${definer(names, 'tenantry.rbac_permissions_changed()')}

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
      // a role that is new has no members, and those of one that is gone are told by their rows
      afterStatement(roles, 'rbac_role_rows_changed', ['update']),
      afterStatement(rolePermissions, 'rbac_role_permissions_changed'),
      afterStatement(permissions, 'rbac_permissions_changed'),
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
