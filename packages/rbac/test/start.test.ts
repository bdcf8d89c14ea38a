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

test('what is forgotten at once is no more than asked for, of all tenants, and nothing that is open', async () => {
  const organizations = await Promise.all([1, 2, 3].map(() => world.organization()));
  for (const { id, owner } of organizations)
    for (let i = 0; i < 3; i++)
      await world.as(owner, id, () =>
        rbac.invitations.create(world.pool, {
          email: `${randomUUID()}@example.com`,
          role: 'viewer',
        }),
      );
  for (const { id } of organizations)
    await world.ask(
      `update invitations set revoked_at = now() - interval '2 years'
       where organization_id = $1 and email > (select min(email) from invitations where organization_id = $1)`,
      [id],
    );
  const forget = () =>
    world.asSystem(async () => {
      const { rows } = await world.pool.query(
        'select tenantry.rbac_forget_invitations(365, 4) as done',
      );
      return rows[0].done;
    });
  expect([await forget(), await forget(), await forget()]).toEqual([4, 2, 0]);
  for (const { id } of organizations)
    expect(
      await world.ask('select from invitations where organization_id = $1', [id]),
    ).toHaveLength(1);
});
