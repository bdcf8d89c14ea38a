import { expect, test } from 'vitest';
import { singleUserStory } from './story.ts';

test('a single-user application becomes multi-tenant while it is used, and loses nothing', async () => {
  const { longestLockMs, blockedMs, statements } = await singleUserStory({
    users: 40,
    tasks: 20_000,
  });
  expect(statements).toBeGreaterThan(60);
  // no statement looks at rows under a lock, so a slow machine alone can make it longer than this
  expect(longestLockMs).toBeLessThan(1000);
  expect(blockedMs).toBeLessThan(2000);
});
