import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();

test('upkeep runs from the start until it is stopped', async () => {
  const acme = await world.organization();
  await world.as(acme.owner, acme.id, () =>
    rbac.invitations.create(world.pool, { email: `${randomUUID()}@example.com`, role: 'viewer' }),
  );
  const open = async () => (await world.ask('select from invitations')).length;
  await world.ask(
    `update invitations set revoked_at = now() - interval '2 years' where revoked_at is null`,
  );
  const reports: string[] = [];
  const schedule = rbac.start(world.pool, {
    onReport: (of, task) => reports.push(`${of} ${task}`),
  });
  await world.until(async () => reports.length === 2 && (await open()) === 0, 'both have run');
  await schedule.stop();
  expect(reports.sort()).toEqual([
    'rbac invitations that are over',
    'rbac members of changed roles',
  ]);
});
