import { diagnose } from '@tenantry/rls/doctor';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { ask, directory, feature, schema, tenancy, world } from './world.ts';

const ignore = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
];

const findings = (url: string) =>
  withClient(url, async (client) => {
    const features = [feature];
    const { findings: all } = await diagnose(client, {
      tenancy,
      schema,
      directory,
      features,
      ignore,
    });
    return all.map(({ rule, object, found }) => `${rule} ${object}: ${found}`);
  });

describe('tenantry places add --schema', () => {
  it('makes the tables of the option and nothing else, and doctor finds nothing', async () => {
    const { url, add } = await world();
    const { code, stderr } = await add('acme_own', 't_acme');
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const tables = await ask(
      url,
      `select relname::text as name from pg_class where relnamespace = 't_acme'::regnamespace and relkind = 'r' order by 1`,
    );
    expect(tables).toEqual([{ name: 'items' }, { name: 'notes' }]);
    expect(await findings(url)).toEqual([]);
  });
});
