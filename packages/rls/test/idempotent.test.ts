import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { application } from './fixtures/application.ts';
import { applySchema, runAll, withClient } from './support/apply.ts';
import { catalogSnapshot } from './support/catalog.ts';

const database = await testDatabase();

test('running the generated SQL twice changes nothing in the catalogue', async () => {
  const { foundation, sections } = await applySchema(database.url, application);
  await withClient(database.url, async (client) => {
    const before = await catalogSnapshot(client);
    await runAll(client, [
      ...foundation.statements,
      ...sections.flatMap(({ statements }) => statements),
    ]);
    expect(await catalogSnapshot(client)).toEqual(before);
  });
});
