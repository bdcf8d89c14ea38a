import { randomBytes } from 'node:crypto';
import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { startTestServer } from '@tenantry/testing';
import { pgTable } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { applySchema, runAll, withClient } from './support/apply.ts';
import { catalogSnapshot } from './support/catalog.ts';
import { inContext } from './support/scope.ts';
import { acme } from './support/seed.ts';

// A migrating login that does not inherit: a role with NOINHERIT, or, from PostgreSQL 16 on, a grant
// WITH INHERIT FALSE. It may own objects of a role, and may not replace them.

const servers = {
  15: await startTestServer({ postgres: 'system', version: '15' }),
  18: await startTestServer({ postgres: 'embedded', version: '18' }),
};
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())));

async function world(version: keyof typeof servers, attributes: string, grant: string) {
  const { url } = servers[version];
  const suffix = randomBytes(4).toString('hex');
  const roles = { app: `app_${suffix}`, system: `system_${suffix}` };
  const login = `migrator_${suffix}`;
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', roles });
  const { isolate, tenants } = defineIsolation(tenancy);
  const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tenants(t),
  ]);
  const notes = pgTable(
    'notes',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id().defaultRandom() },
    (t) => [...isolate(t)],
  );
  const root = (sql: string) => withClient(url, (client) => client.query(sql));
  await root(`create role ${login} login ${attributes} password 'test'`);
  if (grant !== '') {
    await root(`create role ${roles.app} nologin; create role ${roles.system} nologin`);
    await root(`grant ${roles.app}, ${roles.system} to ${login} ${grant}`);
  }
  await root(`create database ${login} owner ${login}`);
  const own = new URL(url);
  [own.username, own.password, own.pathname] = [login, 'test', `/${login}`];
  const application = { tenancy, schema: { organizations, notes } };
  const { foundation } = generate(application);
  /** The hint of the refusal, or undefined. */
  const prepare = () =>
    withClient(own.href, async (client) => {
      try {
        await runAll(client, foundation.statements);
        return undefined;
      } catch (error) {
        const { message, hint } = (error as Error).cause as pg.DatabaseError;
        return hint ?? message;
      }
    });
  return { url: own.href, application, root, prepare, login, roles };
}

type World = Awaited<ReturnType<typeof world>>;

async function works({ url, application, roles }: World) {
  const { foundation, sections } = await applySchema(url, application);
  await withClient(url, async (client) => {
    const before = await catalogSnapshot(client);
    await runAll(
      client,
      [foundation, ...sections].flatMap(({ statements }) => statements),
    );
    expect(await catalogSnapshot(client)).toEqual(before);
    await client.query('begin');
    await client.query(`set local role ${roles.system}`);
    await client.query('insert into organizations values ($1)', [acme.id]);
    await client.query('commit');
    const context = { role: roles.app, setting: 'app.organization_id', tenant: acme.id };
    await inContext(client, context, async () => {
      await client.query('insert into notes default values');
      expect((await client.query('select from notes')).rowCount).toBe(1);
    });
  });
}

describe('a NOINHERIT login that may create roles', () => {
  test('on 18 gives itself what it needs', async () => {
    const of = await world(18, 'createrole noinherit', '');
    expect(await of.prepare()).toBeUndefined();
    await works(of);
  });

  test('on 15 is told what to run, and then works', async () => {
    const of = await world(15, 'createrole noinherit', '');
    const hint = (await of.prepare()) ?? '';
    expect(hint).toBe(`As a login with CREATEROLE run: alter role ${of.login} inherit;`);
    await withClient(of.url, (client) => client.query(statementOf(hint)));
    await works(of);
  });
});

/** Follows each hint to the letter, until nothing is refused. @returns the hints */
async function followed({ prepare, root }: World): Promise<string[]> {
  const hints: string[] = [];
  for (let step = 0; step < 6; step += 1) {
    const hint = await prepare();
    if (hint === undefined) break;
    hints.push(hint);
    await root(statementOf(hint));
  }
  return hints;
}

const statementOf = (hint: string) => hint.replace(/^As .* run: /, '');

describe('memberships of a login that may not create roles', () => {
  test('WITH INHERIT FALSE and ADMIN: it grants itself the rest', async () => {
    const of = await world(18, '', 'with inherit false, set true, admin true');
    expect(await of.prepare()).toBeUndefined();
    await works(of);
  });

  test.each(['inherit false, set true', 'inherit true, set false'])(
    'WITH %s alone: it is told what to run, and then works',
    async (grant) => {
      const of = await world(18, '', `with ${grant}`);
      const hint = (role: string) =>
        `As the login that created role ${role} run: grant ${role} to ${of.login} with inherit true, set true;`;
      expect(await followed(of)).toEqual([hint(of.roles.app), hint(of.roles.system)]);
      await works(of);
    },
  );

  test.each(['', 'with admin option'])(
    'of a NOINHERIT login, on 15 %s: it is told what to run, and then works',
    async (grant) => {
      const of = await world(15, 'noinherit', grant === '' ? ' ' : grant);
      expect(await followed(of)).toEqual([
        `As a login with CREATEROLE run: alter role ${of.login} inherit;`,
      ]);
      await works(of);
    },
  );
});
