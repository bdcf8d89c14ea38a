import { randomUUID } from 'node:crypto';
import { apiKeys } from '@tenantry/rbac/api-keys';
import { expect, it } from 'vitest';
import { rbac, tenancy } from './schema.ts';
import { acme, everyWorld, globex, umbrella, work } from './world.ts';

const { ask, open, run } = await everyWorld();
const keys = apiKeys(rbac, { prefix: 'acme' });
const pool = open();
const homes = [
  [undefined, globex],
  ['eu1', acme],
  ['eu2', umbrella],
] as const;
// made in turns, one second apart; each third is revoked
for (let i = 0; i < 9; i++) {
  const [place, tenant] = homes[i % 3] as (typeof homes)[number];
  await ask(
    place,
    `insert into api_keys (organization_id, id, name, hint, permissions, created_by, created_at, revoked_at)
     values ($1, $2, $3, 'hint', '{}', $4, now() - $5 * interval '1 second', case when $6 then now() end)`,
    [tenant, randomUUID(), `key${i}`, randomUUID(), i, i >= 6],
  );
}
const inOrder = Array.from({ length: 9 }, (_, i) => `key${i}`);

it('lists the keys of every database in one order, page by page', async () => {
  for (const limit of [1, 2, 4, 9, 50]) {
    const names: string[] = [];
    await tenancy.asSystem(work, async () => {
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof keys.list>> = await keys.list(pool, { limit, after });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        names.push(...page.items.map(({ name }) => name));
        after = page.next;
      } while (after !== null);
    });
    expect(names).toEqual(inOrder);
  }
  const inEu1 = await tenancy.asSystem({ ...work, place: 'eu1' }, () => keys.list(pool));
  expect(inEu1.items.map(({ name }) => name)).toEqual(['key1', 'key4', 'key7']);
  await expect(tenancy.asSystem(work, () => keys.list(open('eu2')))).rejects.toMatchObject({
    code: 'POOL_UNAVAILABLE',
    details: { databases: ['eu2'] },
  });
});

it('prints those of every database, and names one that is down', async () => {
  const all = await run('keys list --json');
  expect(all.code).toBe(0);
  const told: { name: string; place?: string }[] = JSON.parse(all.stdout);
  expect(told.map(({ name, place }) => [name, place])).toEqual([
    ...['key0', 'key3', 'key6'].map((name) => [name, undefined]),
    ...['key1', 'key4', 'key7'].map((name) => [name, 'eu1']),
    ...['key2', 'key5', 'key8'].map((name) => [name, 'eu2']),
  ]);
  const halved = await run('keys list --json', 'eu1');
  expect(halved.code).toBe(1);
  expect(JSON.parse(halved.stdout)).toHaveLength(6);
  expect(halved.stderr).toMatch(/✗ eu1: .*POOL_UNAVAILABLE/);
  const lines = (await run('keys list', 'eu2')).stdout.split('\n');
  expect(lines[0]).toMatch(new RegExp(`^${globex}  .*key0 .*never used$`));
  expect(lines[3]).toMatch(new RegExp(`^${acme}  .*key1 .*  in eu1$`));
  expect(lines[6]).toMatch(/^✗ eu2: .*POOL_UNAVAILABLE/);
});

it('revokes a key in whichever database it is', async () => {
  const [{ id }] = (await ask('eu2', "select id from api_keys where name = 'key5'")) as [
    { id: string },
  ];
  expect(await run('keys revoke 7')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('add --of <tenant>'),
  });
  const lost = await run(`keys revoke ${id}`, 'eu2');
  expect(lost).toMatchObject({ code: 1, stdout: expect.stringMatching(/^No such key.*\n✗ eu2: /) });
  expect(await run(`keys revoke ${id}`)).toMatchObject({ code: 0, stdout: `Revoked ${id}.\n` });
  expect(
    await ask('eu2', "select from api_keys where name = 'key5' and revoked_at is null"),
  ).toEqual([]);
});
