import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { acme, ask, feature, globex, put, read, tenancy, two } from './world.ts';

const commandsOn =
  (url: string) =>
  (...args: string[]) =>
    runCommand({ tenancy, features: [feature], database: { url, systemUrl: url } }, args);

it('is suspended, restored and advised about', async () => {
  const { url, open } = await two();
  const pool = open();
  await tenancy.run(acme, () => put(pool, 'of acme'));
  const run = commandsOn(url);
  const state = () => ask(url, 'select * from tenantry.placements order by tenant');

  expect(await run('tenants', 'suspend', 'acme', '--reason', 'unpaid')).toMatchObject({ code: 0 });
  await expect(tenancy.run(acme, () => read(pool))).rejects.toMatchObject({
    code: 'TENANT_SUSPENDED',
  });
  await tenancy.run(globex, () => read(pool));
  expect(await run('tenants', 'restore', 'acme')).toMatchObject({ code: 0 });
  expect(await tenancy.run(acme, () => read(pool))).toEqual(['of acme']);

  // a schema is no database of its own
  const advised = JSON.parse((await run('advise', '--json')).stdout);
  expect(advised.map(({ place }: { place: string | null }) => place)).toEqual([null]);
  expect(advised[0].facts.tables.map(({ table }: { table: string }) => table)).toContain(
    't_acme.items',
  );

  expect(await state()).toEqual([expect.objectContaining({ tenant: acme }), expect.anything()]);
});

it('is exported by the names of the shared tables, imported into a schema or not, and erased', async () => {
  const { url, open, titles, add } = await two();
  const pool = open();
  await tenancy.run(acme, () => put(pool, 'of acme'));
  await tenancy.run(globex, () => put(pool, 'of globex'));
  const run = commandsOn(url);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-schemas-'));
  const to = join(folder, 'acme');
  try {
    expect(await run('tenants', 'export', 'acme', '--to', to)).toMatchObject({ code: 0 });
    const { tables } = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8'));
    const named = (tables as { schema: string; name: string; rows: number }[]).filter(
      ({ name }) => name === 'items',
    );
    expect(named).toEqual([expect.objectContaining({ schema: 'public', rows: 1 })]);

    const erase = [
      'tenants',
      'erase',
      'acme',
      '--yes-erase',
      'acme',
      '--by',
      'tests',
      '--url',
      url,
    ];
    const erased = await run(...erase, '--json');
    expect([erased.code, erased.stderr]).toEqual([0, expect.anything()]);
    expect(erased.stdout).toContain('t_acme.items');
    expect(await titles('t_acme')).toEqual([]);
    expect(await titles('t_globex')).toEqual(['of globex']);

    // under another id, into the shared tables, or into the schema that it was given
    const ids = ['d', 'e'].map((last) => `00000000-0000-4000-8000-00000000000${last}`);
    expect(await add('third', 't_third')).toMatchObject({ code: 0 });
    await tenancy.asSystem({ reason: 'import', actor: 'tests', write: true }, () =>
      feature.place(pool, { organizationId: ids[1] as string, place: 'third' }),
    );
    for (const [i, id] of ids.entries()) {
      const args = ['tenants', 'import', to, '--url', url, '--as', id, '--set', `slug=new${i}`];
      const { code, stderr } = await run(...args);
      expect([code, stderr]).toEqual([0, expect.anything()]);
      expect(await tenancy.run(id, () => read(pool))).toEqual(['of acme']);
    }
    expect([await titles('public'), await titles('t_third')]).toEqual([['of acme'], ['of acme']]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a schema is removed when nobody lives there, with what the command has made', async () => {
  const { url, add, titles } = await two();
  const run = commandsOn(url);
  const remove = (place = 'acme_own') => run('places', 'remove', place, '--url', url);
  const refusal = async () => (await remove()).stderr;
  expect(await refusal()).toContain('1 tenant lives in acme_own');
  expect((await remove('nowhere')).stderr).toContain('PLACE_UNKNOWN');
  await ask(url, `insert into t_acme.items (organization_id, title) values ($1, 'left')`, [globex]);
  await ask(url, 'delete from tenantry.placements where tenant = $1', [acme]);
  expect(await refusal()).toContain('"t_acme"."items" has rows of a tenant');
  await ask(url, 'delete from t_acme.items');
  await ask(url, 'create table t_acme.theirs (id int)');
  expect(await refusal()).toContain('PLACE_IN_USE');
  await ask(url, 'drop table t_acme.theirs');
  await ask(
    url,
    `insert into tenantry.moves (tenant, source, target) values ('x', null, 'acme_own')`,
  );
  expect(await refusal()).toContain('a move from or to acme_own is not finished');
  await ask(url, 'delete from tenantry.moves');
  expect(await titles('t_acme')).toEqual([]);
  const { code, stderr } = await remove();
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const left = await ask(
    url,
    `select to_regnamespace('t_acme') as schema, array(select name from tenantry.places order by 1) as places`,
  );
  expect(left).toEqual([{ schema: null, places: ['globex_own'] }]);
  expect(await add('acme_own', 't_acme')).toMatchObject({ code: 0 });
  // a database is only forgotten
  await ask(url, `insert into tenantry.places (name) values ('eu1')`);
  expect(await remove('eu1')).toMatchObject({ code: 0 });
});
