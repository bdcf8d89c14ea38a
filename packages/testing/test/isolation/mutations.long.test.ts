import { withClient } from '@tenantry/testing/schema';
import { testServer } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import { attacks, broken, examine, mutant } from './mutated.ts';
import { mutations } from './mutations.ts';
import { fixtureDatabase } from './support.ts';

// A good schema, broken in every way that is known; each must be noticed.
// pnpm test:mutations      on PostgreSQL 15, 16, 17 and 18
// pnpm test:mutations 17   on one of them

describe('noticed:', async () => {
  const major = await majorVersion((await testServer()).url);
  const known = mutations.filter(({ from = major }) => from <= major);

  test.each(known)('$name', async (mutation) => {
    const { url } = await fixtureDatabase(mutant);
    await broken(url, mutation, async () => {
      const { findings } = await examine(url);
      expect(findings.map(({ rule }) => rule)).toContain(mutation.rule);
      if (mutation.refusal !== undefined) {
        await expect(attacks(url)).rejects.toMatchObject({ code: mutation.refusal });
      }
      if (mutation.attack !== undefined) expect(await attacks(url)).toContain(mutation.attack);
    });
  });
});

const majorVersion = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as major",
    );
    return rows[0].major as number;
  });
