import { it } from 'vitest';
import { killMovers } from './kill.ts';

it('a move that is killed anywhere is finished or taken back, 200 times', {
  timeout: 3_600_000,
}, async () => {
  await killMovers(200);
});
