import { existsSync, readFileSync } from 'node:fs';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { fresh } from '../support/exports.ts';
import { acme, ask, feature, globex, put, tenancy, two, world } from './world.ts';

const exporting = async (url: string) => {
  const to = fresh();
  const done = await runCommand(
    { tenancy, features: [feature], database: { url, systemUrl: url } },
    ['tenants', 'export', 'acme', '--format', 'sql', '--to', to],
  );
  return { ...done, to };
};

/** What psql sends, without its own command. */
const run = (url: string, file: string) =>
  ask(url, readFileSync(file, 'utf8').replace('\\set ON_ERROR_STOP on\n', ''));

const rowsOf = (url: string, schema: string) =>
  ask(
    url,
    `select i.id, i.number, i.size, i.title, i.status, i.parent, i.by, n.text from ${schema}.items i
     left join ${schema}.notes n on n.item = i.id where i.organization_id = '${acme}' order by i.number`,
  );

it('an export as SQL of a schema is the tenant in the shared tables of another database', async () => {
  const { url, open } = await two();
  const pool = open();
  await tenancy.run(globex, () => put(pool, 'of globex'));
  await tenancy.run(acme, async () => {
    for (const title of ['first', 'second', 'third']) await put(pool, title);
    await pool.query(
      `update items set parent = (select id from items where title = 'first') where title = 'second'`,
    );
    await pool.query(
      `insert into notes (item, text) select id, 'of ' || title from items where title = 'second'`,
    );
  });
  const { code, stderr, to } = await exporting(url);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const text = readFileSync(to, 'utf8');
  expect(text).not.toContain('t_acme');
  expect(text).not.toContain(globex);

  const target = await world();
  await ask(target.url, 'delete from organizations where id = $1', [acme]);
  await ask(target.url, 'delete from memberships where organization_id = $1', [acme]);
  await run(target.url, to);
  expect(await rowsOf(target.url, 'public')).toEqual(await rowsOf(url, 't_acme'));
  const [{ number }] = (await ask(
    target.url,
    `insert into items (organization_id, title) values ($1, 'next') returning number::int`,
    [acme],
  )) as [{ number: number }];
  expect(number).toBe(4);
});

it('an export as SQL compares the references of what was in a schema', async () => {
  const { url, open } = await two();
  await tenancy.run(acme, () => put(open(), 'first'));
  await ask(
    url,
    "set session_replication_role = 'replica'; update t_acme.items set parent = organization_id",
  );
  const { to } = await exporting(url);
  const target = await world();
  await ask(target.url, 'delete from memberships where organization_id = $1', [acme]);
  await ask(target.url, 'delete from organizations where id = $1', [acme]);
  await expect(run(target.url, to)).rejects.toThrow(
    'a row of public.items refers by items_parent_fk to a row of public.items that is not here',
  );
});

it('an export as SQL is refused when there is no shared table to write into', async () => {
  const { url, open } = await two();
  await tenancy.run(acme, () => put(open(), 'first'));
  await ask(url, 'drop table notes; drop table items');
  const { stderr, to } = await exporting(url);
  expect([stderr, existsSync(to)]).toEqual([expect.stringContaining('PLACE_UNALIKE'), false]);
});
