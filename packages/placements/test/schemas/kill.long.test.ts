import { it } from 'vitest';
import { killMovers } from './kill.ts';

it('a move to or from a schema that is killed anywhere is finished or taken back', {
  timeout: 3_600_000,
}, async () => {
  await killMovers(40);
});
