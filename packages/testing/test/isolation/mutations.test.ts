import { expectIsolated } from '@tenantry/testing';
import { expect, test } from 'vitest';
import { fixture } from './fixtures/schema.ts';
import { examine } from './mutated.ts';
import { mutations } from './mutations.ts';
import { fixtureDatabase, withPool } from './support.ts';

// What mutations.long.test.ts stands on. Roles are of the whole server: these are broken by nobody.
const sound = fixture('sound_app', 'sound_system');

test('the schema as it is gives no finding, and holds', async () => {
  const { url } = await fixtureDatabase(sound);
  expect((await examine(url, sound)).findings).toEqual([]);
  const report = await withPool(url, sound, (pool) => expectIsolated({ pool, ...sound }));
  expect(report.leaks).toEqual([]);
});

test('there are more than 40 ways, and each has a name of its own', () => {
  expect(mutations.length).toBeGreaterThan(40);
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
});
