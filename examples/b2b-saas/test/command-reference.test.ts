import { fileURLToPath } from 'node:url';
import { definePlacements } from '@tenantry/placements';
import { commandReference } from 'tenantry';
import { expect, test } from 'vitest';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';

// After a change of a command: vitest -u writes the page anew.

const page = fileURLToPath(new URL('../../../docs/reference/commands.md', import.meta.url));
const reference = await commandReference([
  ...(config.features ?? []),
  definePlacements(tenancy, { connect: () => undefined }),
]);

test('the page of commands is what the commands declare', async () => {
  await expect(reference).toMatchFileSnapshot(page);
});

test('they speak with one voice', () => {
  const texts = [...reference.matchAll(/^\| `.*` \| (.*) \|$/gm)].map(([, text]) => text ?? '');
  expect(texts.length).toBeGreaterThan(50);
  for (const text of texts) {
    expect(text).toMatch(/^[A-Z][a-z]+ .*\.$/);
    expect(text).not.toMatch(/unless named|^\w+s the /);
  }
});
