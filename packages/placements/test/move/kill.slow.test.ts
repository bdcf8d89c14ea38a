import { it } from 'vitest';
import { killMovers } from './kill.ts';

it('a move that is killed anywhere is finished or taken back, and its writers notice nothing', {
  timeout: 900_000,
}, async () => {
  await killMovers(5);
});
