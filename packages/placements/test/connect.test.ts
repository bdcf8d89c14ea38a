import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlacements } from '@tenantry/placements';
import { runCommand } from 'tenantry';
import { afterAll, expect, it } from 'vitest';
import { acme, ask, places, tenancy } from './support/world.ts';

// Every command that connects by itself: none shows a connection string, whoever puts it into a message.

const { shared, route } = await places('eu1');
await route(acme, 'eu1');
const folder = mkdtempSync(join(tmpdir(), 'tenantry-connect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = 'hunter2';
const bad = `postgres://mover:${secret}@127.0.0.1:1/none`;
const unreadable = `postgres://mover:${secret}@[bad`;

const atPlace = {
  suspend: ['tenants', 'suspend', 'acme', '--reason', 'unpaid'],
  export: ['tenants', 'export', 'acme', '--to', join(folder, 'acme')],
  move: ['tenants', 'move', acme, '--to', 'shared', '--url', shared],
};
const answers = {
  'throws with it': () => {
    throw new Error(`no tunnel for ${bad}`);
  },
  'gives none': () => undefined,
  'gives one that is unreadable': () => unreadable,
  'gives one that leads nowhere': () => bad,
};

it.each(
  Object.entries(atPlace).flatMap(([command, args]) =>
    Object.entries(answers).map(([answer, connect]) => ({ command, args, answer, connect })),
  ),
)('tenants $command, where connect $answer', async ({ args, connect }) => {
  await ask(shared, 'update tenantry.placements set suspended_at = null, moving = false');
  const feature = definePlacements(tenancy, { connect });
  const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
  const { code, stdout, stderr } = await runCommand(config, args);
  expect(code).toBe(1);
  expect(stderr).toContain('PLACE_UNAVAILABLE');
  expect(stdout + stderr).not.toContain(secret);
});

it.each([
  ['places', 'add', 'eu9', '--url'],
  ['tenants', 'erase', 'acme', '--yes-erase', 'acme', '--by', 'tests', '--url'],
])('%s %s, by a --url that cannot be used', async (...args) => {
  const feature = definePlacements(tenancy, { connect: () => undefined });
  const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
  for (const url of [bad, unreadable]) {
    const { code, stdout, stderr } = await runCommand(config, [...args, url]);
    expect(code).toBe(1);
    expect(stderr).toContain('PLACE_UNAVAILABLE');
    expect(stdout + stderr).not.toContain(secret);
  }
});
