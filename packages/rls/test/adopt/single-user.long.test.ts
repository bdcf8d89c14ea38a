import { expect, test } from 'vitest';
import { singleUserStory } from './story.ts';

// how long it takes is up to the machine; how long a lock is held is not
const halfAnHour = 1_800_000;

test('the same with a million rows: no lock is held for 100 ms', {
  timeout: halfAnHour,
}, async () => {
  const measured = await singleUserStory({ users: 200, tasks: 1_000_000 });
  console.log(JSON.stringify(measured));
  expect(measured.longestLockMs).toBeLessThan(100);
  // how long anybody was seen to wait for a lock of the adoption, also for the rows of a batch
  expect(measured.blockedMs).toBeLessThan(100);
});
