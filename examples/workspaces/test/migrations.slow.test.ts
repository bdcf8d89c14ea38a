import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { builtExample } from '../../../scripts/packaging/built-example.ts';

const { tenantry, remove } = await builtExample(fileURLToPath(new URL('..', import.meta.url)));
afterAll(remove);

it('stand as the schema says it', async () => {
  expect(await tenantry(['generate', '--check'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('up to date'),
  });
});
