import { diagnose } from '@tenantry/rls/doctor';
import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { application, database, ours } from './support/generated.ts';

test('what stands as it was made is no finding', async () => {
  const { url } = await database();
  const diagnosis = await withClient(url, (client) => diagnose(client, application));
  expect(ours(diagnosis)).toEqual([]);
  expect(diagnosis.unseen).toEqual([]);
  expect(diagnosis.objects).toBeGreaterThan(900);
});
