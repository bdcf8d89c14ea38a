import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dialect, rbacWorld } from './support/world.ts';
import { invitationCases } from './writes/invitations.ts';
import { assignmentCases, memberCases } from './writes/members.ts';
import { otherCases } from './writes/others.ts';
import { roleCases } from './writes/roles.ts';
import { stageOf } from './writes/stage.ts';

// docs/concepts/role-writes.md, row by row.

const world = await rbacWorld();
const stage = () => stageOf(world);
const page = readFileSync(
  new URL('../../../docs/concepts/role-writes.md', import.meta.url),
  'utf8',
);
const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key = '']) => key);
const cases = {
  ...memberCases(stage),
  ...assignmentCases(stage),
  ...roleCases(stage),
  ...invitationCases(stage),
  ...otherCases(stage),
};

test('every row of the page has a test, and every test a row', () => {
  expect(rows).toEqual(Object.keys(cases));
});

test.for(Object.entries(cases))('%s', ([of, run], { skip }) => {
  // nobody hears a notification of a worker
  if (dialect === 'citus' && of === 'notify tenantry_rbac') skip();
  return run();
});

test('the page knows every column that a tenant may write, and every function that it may call', async () => {
  const tables = `('organizations', 'users', 'memberships', 'roles', 'permissions', 'role_permissions',
    'member_roles', 'invitations', 'built_in_roles', 'built_in_role_permissions')`;
  const columns = await world.ask<{ table_name: string; column_name: string }>(
    `select table_name::text, column_name::text from information_schema.column_privileges
     where grantee = 'app' and privilege_type = 'UPDATE' and table_name in ${tables}
       and (table_name, column_name) not in (('roles', 'color'), ('memberships', 'title'))`,
  );
  const tenantOwn = new Set(['organizations', 'memberships']);
  for (const { table_name: table, column_name: column } of columns) {
    if (tenantOwn.has(table)) continue;
    const row = rows.find(
      (key) => key.startsWith(`update ${table} set`) && key.split(/[ ,]+/).includes(column),
    );
    expect([table, column, row]).toEqual([table, column, expect.any(String)]);
  }
  const writes = await world.ask<{ table_name: string; privilege_type: string }>(
    `select table_name::text, privilege_type::text from information_schema.table_privileges
     where grantee = 'app' and privilege_type in ('INSERT', 'DELETE') and table_name in ${tables}`,
  );
  for (const { table_name: table, privilege_type: privilege } of writes) {
    const verb = privilege === 'INSERT' ? `insert into ${table}` : `delete from ${table}`;
    const row = rows.find((key) => key.startsWith(verb) || key.endsWith(`on ${table}`));
    expect([verb, row]).toEqual([verb, expect.any(String)]);
  }
  const functions = await world.ask<{ name: string }>(
    `select distinct p.proname::text as name from pg_proc p
     where p.pronamespace = 'tenantry'::regnamespace and has_function_privilege('app', p.oid, 'execute')
       and (p.proname like 'rbac%' or p.proname in ('can', 'allowed_ids', 'my_permissions', 'my_version'))`,
  );
  // on Citus one of these has two halves: it calls `<name>_here` where the rows of the tenant are
  for (const { name } of functions)
    expect(page).toContain(`tenantry.${name.replace(/_here$/, '')}`);
});
