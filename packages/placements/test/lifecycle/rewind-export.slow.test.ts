import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlacements } from '@tenantry/placements';
import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { fresh } from '../support/exports.ts';
import { acme, audit, features, globex, rewindable, tenancy } from '../support/rewinds.ts';

const seed = `
  insert into projects (organization_id, id, name, price, details, token, email) values
    ('${acme}', 1, 'One', 1.50, '{"a": [1, 2.0]}', 'secret', 'ada@acme.example'), ('${acme}', 2, 'Two', null, null, null, null);
  insert into tasks (organization_id, id, project_id, parent_id, title) values
    ('${acme}', 1, 1, null, 'a'), ('${acme}', 2, 1, 1, 'b'), ('${acme}', 3, 2, null, 'c');
  insert into views (organization_id) values ('${acme}');
`;
const exported = async (url: string, tenant = acme) => {
  const to = fresh();
  await withClient(url, (client) => exportTenant(client, { tenancy, tenant, to }));
  return to;
};

it('an export of a restored backup brings one tenant back, and others stay', async () => {
  const { url, ask, rows, rewind, apply } = await rewindable();
  await ask(seed);
  // what a restored backup is: another database with the rows of that time
  const backup = new URL(url);
  backup.pathname += '_backup';
  const [from, to] = [url, backup.href].map((each) => new URL(each).pathname.slice(1));
  await withClient(new URL('/postgres', url).href, (client) =>
    client.query(`create database "${to}" template "${from}"`),
  );
  const before = await rows();
  await ask(`
    delete from tasks where organization_id = '${acme}'; delete from projects where id = 2;
    update projects set name = 'Uno', seen_at = now(), token = 'other' where id = 1; delete from views;
    insert into projects (organization_id, id, name) values ('${acme}', 3, 'Three');
    insert into tasks (organization_id, id, project_id, title) values ('${acme}', 9, 3, 'new');
    update projects set name = 'theirs too' where id = 1001;
    alter table tasks add column due date not null default '2026-01-01'`);
  const theirs = await rows(globex);
  try {
    const source = { from: await exported(backup.href) };
    const shown = await rewind({ source });
    expect(shown.refused).toEqual([]);
    expect(
      shown.tables.map(({ table, inserted, updated, deleted, kept }) => [
        table,
        inserted,
        updated,
        deleted,
        kept,
      ]),
    ).toEqual([
      ['public.projects', 1, 1, 1, []],
      ['public.views', 1, 0, 0, []],
      ['public.tasks', 3, 0, 1, ['due']],
    ]);
    expect(shown.tables[0]?.rows[0]?.columns).toEqual({
      name: { now: 'Uno', was: 'One' },
      seen_at: 'hidden',
      token: 'hidden',
    });
    await apply({ source });
    expect(await rows(globex)).toEqual(theirs);
    await ask('alter table tasks drop column due');
    expect(await rows()).toEqual(before);
    expect((await rewind({ source })).tables).toEqual([]);
    // what a file says is not trusted
    const file = join(source.from, 'manifest.json');
    const manifest = readFileSync(file, 'utf8');
    writeFileSync(file, manifest.replaceAll('"text"', '"numeric"'));
    expect((await rewind({ source })).refused).toContain(
      'public.projects.name is text now and was numeric',
    );
    writeFileSync(file, manifest.replaceAll(acme, globex));
    await expect(rewind({ source })).rejects.toMatchObject({ code: 'REWIND_REFUSED' });
  } finally {
    await withClient(new URL('/postgres', url).href, (client) =>
      client.query(`drop database "${to}" with (force)`),
    );
  }
});

it('rows that would refer to what is gone are refused, before they are written', async () => {
  const { url, ask, rewind } = await rewindable();
  await ask(`create table people (id int primary key); insert into people values (1);
    create table notes (organization_id uuid not null, id int primary key, person int references people);
    insert into notes values ('${acme}', 1, 1); grant all on notes, people to rewinds_system`);
  const source = { from: await exported(url) };
  await ask('delete from notes; delete from people');
  expect((await rewind({ source })).refused).toEqual([
    'a row of public.notes refers by notes_person_fkey to a row of public.people that is not there any more',
  ]);
});

it('tenantry tenants rewind shows the differences in words, and as JSON', async () => {
  const { url, ask, now } = await rewindable();
  await ask(seed);
  const to = await now();
  await ask(`update projects set name = E'Uno\\x1b[2J', email = 'eve@acme.example' where id = 1;
    delete from tasks where id = 3`);
  const config = { tenancy, features, database: { url, systemUrl: url } };
  const run = (...args: string[]) =>
    runCommand(config, ['tenants', 'rewind', acme, '--url', url, ...args]);
  const { stdout, code } = await run('--to', to);
  expect(code).toBe(0);
  expect(stdout).toContain('public.projects: 0 come back, 1 change, 0 go');
  expect(stdout).toContain('~ id=1 name: "Uno\\u001b[2J" → "One", email');
  expect(stdout).not.toContain('eve@');
  expect(stdout).toContain('+ id=3');
  const digest = /--apply ([0-9a-f]{12})/.exec(stdout)?.[1] ?? '';
  expect((await run('--to', to, '--apply', 'dead00000000')).stderr).toContain('REWIND_CHANGED');
  const applied = await run('--to', to, '--apply', digest, '--by', 'Olga', '--json');
  expect(JSON.parse(applied.stdout)).toMatchObject({ applied: true, tenant: acme });
  for (const wrong of [[], ['--to', '2026-05-05'], ['--to', to, '--from', 'x']])
    expect((await run(...wrong)).code).toBe(2);
  await ask("insert into tenantry.places (name) values ('eu1')");
  await ask("insert into tenantry.placements (tenant, place) values ($1, 'eu1')", [acme]);
  expect((await run('--to', to)).stderr).toContain('PLACE_UNAVAILABLE');
});

it('a tenant with a place goes back there, by the login that owns its tables', async () => {
  const [shared, place] = await Promise.all([rewindable(), rewindable()]);
  await place.ask(`${seed} insert into tenantry.here (place) values ('eu1')`);
  await shared.ask("insert into tenantry.places (name) values ('eu1')");
  await shared.ask("insert into tenantry.placements (tenant, place) values ($1, 'eu1')", [acme]);
  const before = await place.rows();
  const to = await place.now();
  await place.ask('delete from tasks where id = 3');
  const asked: string[] = [];
  const connect = (database: string, login: string) => {
    asked.push(`${database} ${login}`);
    return place.url;
  };
  const database = { url: shared.url, systemUrl: shared.url };
  const config = { tenancy, features: [audit, definePlacements(tenancy, { connect })], database };
  const run = (...args: string[]) =>
    runCommand(config, [
      'tenants',
      'rewind',
      acme,
      '--to',
      to,
      '--url',
      shared.url,
      '--json',
      ...args,
    ]);
  const { digest, tables } = JSON.parse((await run()).stdout);
  expect(tables).toMatchObject([{ table: 'public.tasks', inserted: 1 }]);
  expect(JSON.parse((await run('--apply', digest)).stdout)).toMatchObject({ applied: true });
  expect(asked).toEqual(['eu1 owner', 'eu1 owner']);
  expect(await place.rows()).toEqual(before);
  await shared.ask('update tenantry.placements set moving = true');
  expect((await run()).stderr).toContain('TENANT_MOVING');
});
