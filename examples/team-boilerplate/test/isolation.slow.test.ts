import { fileURLToPath } from 'node:url';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { afterAll, expect, it } from 'vitest';
import { builtExample } from '../../../scripts/packaging/built-example.ts';
import { rbac } from '../src/rbac.ts';
import * as schema from '../src/schema/index.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';
import { testWorld } from './support/world.ts';

const world = await testWorld();
const folder = fileURLToPath(new URL('..', import.meta.url));
const { ridgeline, calder } = world.seeded.organizations;

/** Runs SQL as somebody, as a handler would that passes it on. */
const asNora = (text: string, values: unknown[] = []) =>
  world.pool.enter(
    { claim: { by: 'id', value: ridgeline }, user: world.seeded.users.nora },
    async () => (await world.pool.query(text, values)).rows,
  );

it('gives no role of another organization, and no task of another project', async () => {
  const roleId = await world.ask(
    `insert into roles (organization_id, key, name) values ($1, 'guest', 'Guest') returning id`,
    [calder],
  );
  const give = asNora('insert into member_roles (user_id, role_id) values ($1, $2)', [
    world.seeded.users.omar,
    roleId[0]?.id,
  ]);
  await expect(give).rejects.toMatchObject({ code: 'ROLE_UNKNOWN' });
  const [project] = await world.ask('select id from projects where organization_id = $1', [calder]);
  const move = asNora('update tasks set project_id = $1', [project?.id]);
  await expect(move).rejects.toMatchObject({ code: '23503' });
  const marta = asNora('update tasks set assignee_id = $1', [world.seeded.users.marta]);
  await expect(marta).rejects.toMatchObject({ code: '23503' });
});

it('lets a member have several roles, and be a member once', async () => {
  const rows = await asNora(
    `insert into member_roles (user_id, role_id) values ($1, $2) returning user_id`,
    [world.seeded.users.omar, rbac.builtInRoleId('owner')],
  );
  expect(rows).toHaveLength(1);
  const twice = world.ask('insert into memberships (organization_id, user_id) values ($1, $2)', [
    ridgeline,
    world.seeded.users.omar,
  ]);
  await expect(twice).rejects.toMatchObject({ code: '23505' });
});

it('says organization everywhere, and org nowhere', async () => {
  const named = await world.ask(`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and (column_name ~ '^(org|tenant|account|team|workspace)(_|$)')
      and (table_name, column_name) <> ('accounts', 'account_id')`);
  expect(named).toEqual([]);
});

it('gives doctor nothing to find', async () => {
  const { findings } = await withClient(world.url, (client) =>
    diagnose(client, {
      ...config,
      schema,
      logins: ['team_web'],
      ignore: [{ rule: 'server-out-of-date', reason: 'the server of the tests is what there is' }],
    }),
  );
  expect(findings.map(({ rule, object }) => `${rule} ${object}`)).toEqual([]);
});

it('stands in the migrations as it stands in the code', async () => {
  const { tenantry, remove } = await builtExample(folder);
  afterAll(remove);
  expect(await tenantry(['generate', '--check'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('up to date'),
  });
});

it('withstands every attack from one organization on another', async () => {
  const report = await expectIsolated({
    pool: world.pool,
    tenancy,
    schema,
    through: world.db,
    disposable: true,
    rows: {
      // every organization has an owner
      member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
      invitations: () => ({ role_id: rbac.builtInRoleId('member') }),
      role_permissions: () => ({ permission: 'projects:read' }),
      built_in_role_permissions: () => ({ permission: 'projects:read' }),
    },
  });
  expect(report.leaks).toEqual([]);
  expect(report.unproven).toEqual([]);
});
