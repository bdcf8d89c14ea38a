import { createTenantPool } from '@tenantry/core';
import { matchesText } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { applySchema, runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { workspaces } from './support/workspaces.ts';
import { codeOf } from './support/world.ts';

const { url } = await testDatabase();
const contextSecret = 'a context secret of more than 32 characters';

test('text ids, another word, a signed context, an owner whom the policies bind, and a search', async () => {
  const { tenancy, rbac, application, suffix, docs } = workspaces();
  const { app, system } = tenancy.roles;
  const as = (login: string) => {
    const own = new URL(url);
    own.username = `${login}_${suffix}`;
    own.password = 'test';
    return own.href;
  };
  await withClient(url, async (client) => {
    const login = (name: string) => `create role ${name}_${suffix} login password 'test'`;
    await client.query(`
      create role ${app} nologin; create role ${system} nologin;
      ${login('owner')}; ${login('web')} noinherit in role ${app}; ${login('job')} noinherit in role ${system};
      grant ${app}, ${system} to owner_${suffix};
      alter database ${new URL(url).pathname.slice(1)} owner to owner_${suffix};`);
  });
  await applySchema(as('owner'), application);
  await withClient(as('owner'), async (client) => {
    // a second run ends in the same state
    const { foundation, sections } = generate(application);
    await runAll(
      client,
      [foundation, ...sections].flatMap(({ statements }) => statements),
    );
    await client.query('select tenantry.set_context_secret($1)', [contextSecret]);
  });

  const pool = createTenantPool(tenancy, {
    connectionString: as('web'),
    system: { connectionString: as('job') },
    contextSecret,
  });
  const enter = <R>(user: string, fn: () => R | Promise<R>) =>
    pool.enter({ claim: { by: 'id', value: 'acme' }, user }, fn);
  await tenancy.asSystem({ reason: 'sign-up', actor: 'test', write: true }, async () => {
    await pool.query(
      `insert into crm.people (id, email) values ('ada', 'ada@example.com'), ('bob', 'bob@example.com')`,
    );
    const client = await pool.connect();
    await client.query('begin');
    await client.query(`insert into crm.spaces (space_id, "displayName") values ('acme', 'Acme')`);
    await rbac.members.add(client, { workspaceId: 'acme', user: 'ada', role: 'boss' });
    await client.query('commit');
    client.release();
  });

  const { token } = await enter('ada', async () => {
    await pool.query(
      `insert into crm.docs (id, "pageTitle") values ('one', 'A plan'), ('two', 'A plan')`,
    );
    await rbac.roles.save(pool, { key: 'nothing', name: 'Nothing', permissions: [] });
    return rbac.invitations.create(pool, { email: 'bob@example.com', role: 'nothing' });
  });
  await rbac.invitations.accept(pool, { token, user: 'bob', email: 'bob@example.com' });
  await enter('ada', () =>
    rbac.members.assign(pool, { user: 'bob', role: 'guest', on: { type: 'docs', id: 'one' } }),
  );
  await enter('bob', async () => {
    expect(rbac.can('docs:read')).toBe(false);
    expect(rbac.can('docs:read', { id: 'one' })).toBe(true);
    expect((await pool.query('select id from crm.docs')).rows).toEqual([{ id: 'one' }]);
    expect(await codeOf(pool.query(`insert into crm.docs (id) values ('three')`))).toBe('42501');
    // a search finds what the permission shows, and so does its function by itself
    for (const first of [{}, { first: 5 }]) {
      const { text, values } = matchesText(docs.pageTitle, 'plan', first);
      const found = await pool.query(`select id from crm.docs where ${text}`, [...values]);
      expect(found.rows).toEqual([{ id: 'one' }]);
      const [, call = ''] = /any\(\(select (.*)\)::tid\[\]\)/.exec(text) ?? [];
      const places = await pool.query(`select cardinality(${call}) as found`, [...values]);
      expect(places.rows).toEqual([{ found: 1 }]);
    }
  });
  // the cascades run as the owner of the tables
  await enter('ada', async () => {
    expect(await codeOf(rbac.members.leave(pool))).toBe('LAST_OWNER');
    await rbac.members.remove(pool, { user: 'bob' });
    await rbac.roles.remove(pool, { key: 'nothing' });
  });
  const left = await withClient(url, (client) => client.query('select user_id from crm.jobs'));
  expect(left.rows).toEqual([{ user_id: 'ada' }]);
  await pool.end();
  await withClient(url, (client) =>
    client.query(`
      reassign owned by owner_${suffix} to current_user; reassign owned by ${system} to current_user;
      drop owned by owner_${suffix}, web_${suffix}, job_${suffix}, ${app}, ${system};
      drop role owner_${suffix}, web_${suffix}, job_${suffix}, ${app}, ${system};`),
  );
});
