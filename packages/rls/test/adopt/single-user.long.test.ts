import { expect, test } from 'vitest';
import { singleUserStory } from './story.ts';

test('the same with a million rows: no lock is held for 100 ms', async () => {
  const measured = await singleUserStory({ users: 200, tasks: 1_000_000 });
  console.log(JSON.stringify(measured));
  expect(measured.longestLockMs).toBeLessThan(100);
});
