import { randomBytes } from 'node:crypto';
import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { type Application, applySchema, runAll, withClient } from './support/apply.ts';
import { catalogSnapshot } from './support/catalog.ts';
import { testLogin } from './support/login.ts';
import { inContext, sqlState } from './support/scope.ts';
import { acme, globex } from './support/seed.ts';

/** An application with roles of its own, which no other test of this server has seen. */
function freshApplication(url: string): Application {
  const suffix = randomBytes(4).toString('hex');
  const roles = { app: `app_${suffix}`, system: `system_${suffix}` };
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', roles });
  const { isolate, tenants } = defineIsolation(tenancy);
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), slug: text().notNull().unique() },
    (t) => [...tenants(t)],
  );
  const memberships = pgTable(
    'memberships',
    { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
    (t) => [...isolate(t, { key: [t.userId] })],
  );
  afterAll(() =>
    withClient(url, async (client) => {
      for (const role of Object.values(roles)) {
        await client.query(
          `do $$ begin if exists (select from pg_roles where rolname = '${role}') then drop owned by ${role}; drop role ${role}; end if; end $$`,
        );
      }
    }),
  );
  return {
    tenancy,
    schema: { organizations, memberships },
    directory: {
      tenant: organizations.id,
      claims: { slug: organizations.slug },
      member: memberships.userId,
    },
  };
}

const database = await testDatabase();
const secondDatabase = await testDatabase();
const third = await testDatabase();
const fourth = await testDatabase();
/** A migrating login that owns its database and is no superuser. */
async function owner(url: string, attributes: string) {
  const login = await testLogin(url, [], attributes);
  await withClient(url, (client) =>
    client.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${login.name}`),
  );
  return login;
}

test('a login with CREATEROLE migrates twice, and its tables are isolated', async () => {
  const application = freshApplication(database.url);
  const { roles } = application.tenancy;
  const login = await owner(database.url, 'createrole');
  const { foundation, sections } = await applySchema(login.url, application);
  await withClient(login.url, async (client) => {
    const before = await catalogSnapshot(client);
    const all = [foundation, ...sections].flatMap(({ statements }) => statements);
    await runAll(client, all);
    expect(await catalogSnapshot(client)).toEqual(before);

    await client.query('begin');
    await client.query(`set local role ${roles.system}`);
    for (const tenant of [acme, globex]) {
      await client.query('insert into organizations (id, slug) values ($1::uuid, $1::uuid::text)', [
        tenant.id,
      ]);
      await client.query('insert into memberships values ($1, $2)', [tenant.id, tenant.user]);
    }
    await client.query('commit');

    const context = { role: roles.app, setting: 'app.organization_id', tenant: acme.id };
    const enter = (claim: string, user: string) =>
      client.query("select tenantry.enter($1, $2, $3)::json ->> 'tenant' as tenant", [
        'slug',
        claim,
        user,
      ]);
    await inContext(client, context, async () => {
      expect((await client.query('select id from organizations')).rows).toEqual([{ id: acme.id }]);
    });
    const outside = { ...context, tenant: '' };
    await inContext(client, outside, async () => {
      expect((await enter(globex.id, globex.user)).rows[0].tenant).toBe(globex.id);
    });
    for (const [claim, user] of [
      [globex.id, acme.user],
      ['nobody', acme.user],
    ] as const) {
      expect(await sqlState(inContext(client, outside, () => enter(claim, user)))).toBe('TN404');
    }
    // who has a tenant already is told nothing
    expect(await sqlState(inContext(client, context, () => enter(globex.id, globex.user)))).toBe(
      'TN404',
    );
  });
});

test('where the migrating login may not create the roles, the error says what to run', async () => {
  const application = freshApplication(secondDatabase.url);
  const { roles } = application.tenancy;
  const foundation = generate(application).foundation.statements;
  const attempt = async (url: string) =>
    withClient(url, async (client) => {
      try {
        await runAll(client, foundation);
        return 'applied';
      } catch (error) {
        return ((error as Error).cause as pg.DatabaseError).hint ?? String(error);
      }
    });
  const asSuperuser = (statement: string) =>
    withClient(secondDatabase.url, (client) => client.query(statement));

  const login = await owner(secondDatabase.url, '');
  // Each hint is followed to the letter, until the foundation applies.
  const hints: string[] = [];
  for (let step = 0; step < 5; step += 1) {
    const hint = await attempt(login.url);
    if (hint === 'applied') break;
    hints.push(hint);
    await asSuperuser(hint.replace(/^As .* run: /, ''));
  }
  expect(hints).toEqual([
    `As a login with CREATEROLE run: create role ${roles.app} nologin; grant ${roles.app} to ${login.name};`,
    `As a login with CREATEROLE run: create role ${roles.system} nologin; grant ${roles.system} to ${login.name};`,
  ]);

  await applySchema(login.url, application);
  // A data migration that forgets the system role fails instead of silently changing nothing.
  const update = "update organizations set slug = 'x'";
  await expect(withClient(login.url, (client) => client.query(update))).rejects.toThrow(
    'invalid input syntax for type uuid: "no tenant in this transaction"',
  );

  await asSuperuser(`alter role ${roles.app} bypassrls`);
  expect(await attempt(login.url)).toBe(`Run: alter role ${roles.app} nosuperuser nobypassrls;`);
  await asSuperuser(
    `alter role ${roles.app} nobypassrls; revoke ${roles.system} from ${login.name}`,
  );
  expect(await attempt(login.url)).toMatch(
    `As the login that created role ${roles.system} run: grant ${roles.system} to ${login.name}`,
  );
});

test('two databases of one cluster are prepared at the same time', async () => {
  const application = freshApplication(third.url);
  const { statements } = generate(application).foundation;
  const [first, second] = await Promise.all(
    [database.url, third.url].map(async (connectionString) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      return client;
    }),
  );
  if (first === undefined || second === undefined) throw new Error('two clients');
  await first.query('begin');
  const makesRoles = statements.findIndex((text) => /create role/i.test(text));
  for (const text of statements.slice(0, makesRoles + 1)) await first.query(text);
  const waiting = runAll(second, statements);
  await expect
    .poll(
      async () =>
        (
          await first.query(
            "select count(*)::int n from pg_stat_activity where wait_event_type = 'Lock'",
          )
        ).rows[0].n,
    )
    .toBeGreaterThan(0);
  await first.query('commit');
  await waiting; // without the exception handler: 23505 on pg_authid_rolname_index
  await first.end();
  await second.end();
});

describe('a system role with BYPASSRLS, from an earlier version', () => {
  const prepared = async (attributes: string) => {
    const application = freshApplication(database.url);
    const { app, system } = application.tenancy.roles;
    const login = await owner(fourth.url, attributes);
    await withClient(fourth.url, (client) =>
      client.query(
        `create role ${app} nologin; create role ${system} nologin bypassrls; grant ${app}, ${system} to ${login.name}`,
      ),
    );
    const last = generate(application).sections.at(-1);
    expect(last?.id).toBe('attributes');
    /** Runs the section, and says what the server noticed. */
    const run = async (url: string) => {
      const notices: string[] = [];
      await withClient(url, async (client) => {
        client.on('notice', ({ message }) => notices.push(message ?? ''));
        await runAll(client, last?.statements ?? []);
      });
      return notices;
    };
    const bypasses = async () =>
      withClient(fourth.url, async (client) => {
        const { rows } = await client.query(
          'select rolbypassrls from pg_roles where rolname = $1',
          [system],
        );
        return rows[0].rolbypassrls as boolean;
      });
    return { login, system, run, bypasses };
  };

  test('loses it, when the migrating login may take it', async () => {
    const { run, bypasses } = await prepared('');
    expect(await run(fourth.url)).toEqual([]);
    expect(await bypasses()).toBe(false);
    expect(await run(fourth.url)).toEqual([]);
  });

  test('keeps it with a notice, when the migrating login may not', async () => {
    const { login, system, run, bypasses } = await prepared('');
    expect(await run(login.url)).toEqual([
      `role ${system} has BYPASSRLS, which it does not need any more; who may, runs: alter role ${system} nobypassrls;`,
    ]);
    expect(await bypasses()).toBe(true);
  });

  test('keeps it until the other databases of the server have migrated', async () => {
    const { system, run, bypasses } = await prepared('');
    await withClient(third.url, (client) =>
      client.query(`create table left_behind (id int); grant select on left_behind to ${system}`),
    );
    expect(await run(fourth.url)).toEqual([
      `role ${system} keeps BYPASSRLS until the other databases of this server have migrated`,
    ]);
    expect(await bypasses()).toBe(true);
    await withClient(third.url, (client) =>
      client.query(`create policy let_through on left_behind to ${system} using (true)`),
    );
    expect(await run(fourth.url)).toEqual([]);
    expect(await bypasses()).toBe(false);
    await withClient(third.url, (client) => client.query('drop table left_behind'));
  });
});
