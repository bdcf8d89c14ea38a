import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { audit, tenancy } from './schema.ts';
import { acme, everyWorld, globex, umbrella, work } from './world.ts';

const { ask, open, run } = await everyWorld();
const pool = open();
const folder = await mkdtemp(join(tmpdir(), 'every-'));
afterAll(() => rm(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const places = [undefined, 'eu1', 'eu2'];

const ada = '00000000-0000-4000-8000-0000000000a1';
const log = (organizationId: string) =>
  tenancy.run({ organizationId, user: ada }, () =>
    pool.query("insert into items (title) values ('a thing')"),
  );
for (const tenant of [acme, globex, umbrella]) await log(tenant);

it('seals the log of every database, and says which one is down', async () => {
  const { code, stdout } = await run('audit seal --json', 'eu2');
  expect(code).toBe(1);
  const { ok, databases } = JSON.parse(stdout);
  expect(ok).toBe(false);
  expect(databases).toEqual([
    expect.objectContaining({ place: null, entries: expect.any(Number) }),
    expect.objectContaining({ place: 'eu1', entries: expect.any(Number) }),
    { place: 'eu2', ok: false, error: expect.stringMatching(/^eu2: .*POOL_UNAVAILABLE/) },
  ]);
  await expect
    .poll(
      async () => {
        expect((await run('audit seal')).code).toBe(0);
        return Promise.all(
          places.map(
            async (place) => (await ask(place, 'select from tenantry.audit_seals')).length,
          ),
        );
      },
      { timeout: 60_000 },
    )
    .toEqual([1, 1, 1]);
  expect((await run('audit seal')).stdout).toBe(
    'the shared database:\n✓ 0 entries in 0 seals\neu1:\n✓ 0 entries in 0 seals\neu2:\n✓ 0 entries in 0 seals\n',
  );
});

it('verifies every log against the anchors of its tenants', async () => {
  const verify = (more = '', ...down: string[]) =>
    run(`audit verify --anchors ${file('anchors.json')} ${more}`.trim(), ...down);
  expect((await run(`audit verify --save-anchors ${file('anchors.json')}`)).code).toBe(0);
  const anchors = JSON.parse(await readFile(file('anchors.json'), 'utf8'));
  expect(anchors.map(({ tenant }: { tenant: string }) => tenant).sort()).toEqual([
    acme,
    globex,
    umbrella,
  ]);
  expect(await verify()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^the shared database:\n✓ 1 entries.*\neu1:\n✓ .*\neu2:\n✓ /s),
  });

  const halved = await verify('--json', 'eu1');
  expect(halved.code).toBe(1);
  expect(JSON.parse(halved.stdout)).toEqual({
    ok: false,
    databases: [
      expect.objectContaining({ place: null, ok: true, entries: 1 }),
      { place: 'eu1', ok: false, error: expect.stringContaining('POOL_UNAVAILABLE') },
      expect.objectContaining({ place: 'eu2', ok: true, entries: 1 }),
    ],
  });

  const failsWith = async (more: { readonly tenant: string }) => {
    const others = anchors.filter(({ tenant }: typeof more) => tenant !== more.tenant);
    await writeFile(file('anchors.json'), JSON.stringify([...others, more]));
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    return stdout;
  };
  const forgery = { number: 1, hash: 'x' };
  const lost = '00000000-0000-4000-8000-0000000000ff';
  const missed = await failsWith({ tenant: lost, ...forgery });
  expect(missed).toMatch(new RegExp(`^the shared database:\n✗ .*of ${lost}.*\neu1:\n✓ `, 's'));
  const forged = await failsWith({ tenant: umbrella, ...forgery });
  expect(forged).toMatch(/^the shared database:\n✓ .*\neu2:\n✗ .*seal-changed/s);
});

it('names the logs that an export lacks', async () => {
  const all = await run('audit export --format csv');
  expect(all).toMatchObject({ code: 0, stdout: expect.stringContaining(globex) });
  expect(all.stderr).toBe('Not exported: the logs in eu1, eu2. Export them by --tenant.\n');
  const own = await run(`audit export --format csv --tenant ${acme}`);
  expect(own).toMatchObject({ code: 0, stdout: expect.stringContaining(acme), stderr: '' });
});

it('shows and maintains every log', async () => {
  const status = JSON.parse((await run('audit status --json')).stdout);
  expect(status.databases.map(({ place }: { place: string | null }) => place)).toEqual([
    null,
    'eu1',
    'eu2',
  ]);
  const maintained = await run('audit maintain --months-ahead 6', 'eu1');
  expect(maintained.code).toBe(1);
  expect(maintained.stdout).toMatch(
    /^the shared database:\n✓ 3 partitions made\n✗ eu1: .*\neu2:\n✓ 3 partitions made\n$/,
  );
});

it('erases a person from the log of every database', async () => {
  const erase = (of = pool, more = {}) =>
    tenancy.asSystem({ ...work, ...more }, () =>
      audit.erase(of, { user: ada, reason: 'a letter' }),
    );
  const left = async () =>
    Promise.all(
      places.map(
        async (place) =>
          (await ask(place, 'select from audit_logs where actor_id = $1', [ada])).length,
      ),
    );
  await expect(erase(open('eu1'))).rejects.toMatchObject({
    code: 'POOL_UNAVAILABLE',
    details: { databases: ['eu1'] },
  });
  expect(await left()).toEqual([0, 1, 0]);
  await log(umbrella);
  expect(await erase(pool, { place: 'eu2' })).toEqual([{ organizationId: umbrella, entries: 1 }]);
  await tenancy.asSystem(work, () =>
    audit.hold(pool, { organizationId: acme, reason: 'a matter' }),
  );
  await expect(erase()).rejects.toMatchObject({
    code: 'AUDIT_ON_HOLD',
    message: expect.stringContaining('eu1: '),
  });
  await tenancy.asSystem(work, () =>
    audit.release(pool, { organizationId: acme, reason: 'it is over' }),
  );
  expect(await erase()).toEqual([{ organizationId: acme, entries: 1 }]);
  expect(await left()).toEqual([0, 0, 0]);
  await expect(
    tenancy.asSystem(work, () =>
      pool.transaction((tx) => audit.erase(tx, { user: ada, reason: 'a letter' })),
    ),
  ).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
});
