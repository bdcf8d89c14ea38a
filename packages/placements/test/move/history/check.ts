import { expect } from 'vitest';
import { readFolder } from '../../../src/migrate/folder.ts';
import { ledgerOf } from '../../migrate/support.ts';
import { initech } from '../../schemas/world.ts';
import type { Model } from './model.ts';
import { places, tenants, type World } from './world.ts';

/** Notes where the tenants live, and that each lives where a move may have brought it. */
export async function settle({ routes }: World, model: Model): Promise<void> {
  const found = await routes();
  for (const tenant of tenants) {
    const own = model.of(tenant);
    const lives = found.find((route) => route.tenant === tenant)?.place ?? null;
    expect(own.lives).toContain(lives);
    own.lives = [lives];
  }
}

/** Finishes or takes back what was cut. */
export async function finish(
  { operators: [operator], moves }: World,
  model: Model,
  { undoes, migratesFirst }: { readonly undoes: boolean; readonly migratesFirst: boolean },
): Promise<void> {
  const migrate = async () => {
    const { code, said } = await operator.migrate(undefined, '--verify', '--wait', '0');
    return code === 0 ? 'done' : said;
  };
  // what a killed process has asked for may still be running
  const finished = (work: () => Promise<string>, may = /^done$/) =>
    expect.poll(work, { timeout: 20_000 }).toMatch(may);
  const said = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      ({ message }) => message as string,
    );
  if (migratesFirst) await finished(migrate, /^done$|MOVE_UNFINISHED/);
  for (const { tenant, target } of await moves()) {
    const end = async () => {
      const answer = undoes ? await said(operator.undo(tenant)) : 'MOVE_UNFINISHED';
      // it lives there already: it can only be finished
      if (!answer.includes('MOVE_UNFINISHED')) return answer;
      const moved = await said(operator.move(tenant, target));
      if (moved === 'done') model.of(tenant).lives.push(target);
      // the places may be at different migrations
      else if (moved.includes('MOVE_REFUSED')) await migrate();
      return moved;
    };
    await finished(end);
  }
  await finished(migrate);
}

const columnsSql = `select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull, pg_get_expr(d.adbin, d.adrelid) is not null as filled
  from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    and ($2 or c.relname in ('items', 'notes')) order by 1, 2`;

/** What holds when everything is finished. */
export async function check(world: World, model: Model): Promise<void> {
  const { url, eu1, at, ask, moves, routes, entries } = world;
  await settle(world, model);
  expect(await moves()).toEqual([]);
  for (const { moving } of await routes()) expect(moving).toBe(false);
  for (const place of places) {
    const { url: of, schema } = at(place);
    for (const tenant of [...tenants, initech]) {
      const rows = (await ask(
        of,
        `select i.id, i.title, i.runs, (select count(*)::int from ${schema}.notes n where n.item = i.id) as notes
         from ${schema}.items i where organization_id = $1`,
        [tenant],
      )) as Parameters<Model['expectRows']>[1][0][];
      const [lives = null] = tenant === initech ? [null] : model.of(tenant).lives;
      if (place !== lives) expect([tenant, place, rows]).toEqual([tenant, place, []]);
      else if (tenant !== initech) model.expectRows(tenant, rows);
      else expect(rows.map(({ runs }) => runs)).toEqual([1, 2, 3].map(() => model.changing));
      const [left] = await ask(
        of,
        `select (select count(*) from ${schema}.notes where organization_id = $1)::int as notes,
           (select count(*) from memberships where organization_id = $1)::int as members,
           (select count(*) from organizations where id = $1)::int as organizations`,
        [tenant],
      );
      const inShared = of === url;
      const isMember = (lives === 'eu1') !== inShared;
      const notes = rows.reduce((sum, row) => sum + row.notes, 0);
      expect([tenant, place, left]).toEqual([
        tenant,
        place,
        {
          notes,
          members: isMember ? 1 : 0,
          organizations: isMember || inShared ? 1 : 0,
        },
      ]);
    }
  }
  const ran = readFolder(world.folder).migrations.map(({ hash, when }) => ({
    hash,
    at: `${when}`,
  }));
  for (const database of [url, eu1]) expect(await ledgerOf(database)).toEqual(ran);
  const schemaLedger = await ask(
    url,
    "select hash, created_at::text as at from tenantry.schema_migrations where place = 'acme_own' order by id",
  );
  expect(schemaLedger).toEqual(ran);
  expect(await ask(eu1, columnsSql, ['public', true])).toEqual(
    await ask(url, columnsSql, ['public', true]),
  );
  expect(await ask(url, columnsSql, ['t_acme', false])).toEqual(
    await ask(url, columnsSql, ['public', false]),
  );
  expect(entries()).toHaveLength(ran.length);
}
