import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { tenancy } from './fixtures/schema.ts';
import { limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();
const { pool } = database;

test('a tenant scope may name its own tenant, and no other', async () => {
  const [own, other] = [await database.organization(), await database.organization()];
  await tenancy.run(own, async () => {
    const usage = await limits.usage(pool);
    expect(await limits.usage(pool, { organizationId: own })).toEqual(usage);
    expect(await limits.usage(pool, { organizationId: own.toUpperCase() })).toEqual(usage);
    const refused = {
      code: 'TENANT_SWITCH_REFUSED',
      fix: expect.stringContaining('Leave organizationId out'),
    };
    const elsewhere = { organizationId: other };
    // as rejections: whoever catches them is not surprised by an error thrown at once
    for (const call of [
      limits.usage(pool, elsewhere),
      limits.check(pool, 'projects', 1, elsewhere),
      limits.explain(pool, 'projects', elsewhere),
      limits.history(pool, elsewhere),
    ])
      await expect(call).rejects.toMatchObject(refused);
  });
  const named = await database.system(() => limits.usage(pool, { organizationId: own }));
  expect(named.length).toBeGreaterThan(0);
});
