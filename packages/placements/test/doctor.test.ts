import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { expect, it } from 'vitest';
import { directory, featureOf, places, schema, tenancy } from './support/world.ts';

const ignore = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  {
    rule: 'other-role-bypasses',
    object: 'role *',
    reason: 'logins of other tests, on this server',
  },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
];

it('the shared database and a place give doctor nothing to find', async () => {
  const { shared, urls } = await places('eu1');
  for (const url of [shared, ...urls.values()]) {
    await withClient(url, async (client) => {
      const features = [featureOf(() => undefined)];
      const { findings } = await diagnose(client, { tenancy, schema, directory, features, ignore });
      expect(findings.map(({ rule, object, found }) => `${rule} ${object}: ${found}`)).toEqual([]);
    });
  }
});

it('a pool with placements withstands the attacks', async () => {
  const { open } = await places('eu1');
  const pool = open();
  try {
    await expectIsolated({ pool: pool as never, tenancy, schema, disposable: true });
  } finally {
    await pool.end();
  }
});

it('an app role that may advance the epoch is found', async () => {
  const { shared } = await places();
  await withClient(shared, async (client) => {
    await client.query('grant update on sequence tenantry.route_epoch to placements_app');
    const features = [featureOf(() => undefined)];
    const { findings } = await diagnose(client, { tenancy, schema, directory, features, ignore });
    expect(findings.map(({ rule }) => rule)).toContain('sequence-readable');
  });
});
