import { it } from 'vitest';
import { killMovers } from './kill.ts';

it('a move to or from a schema that is killed somewhere is finished or taken back', {
  timeout: 900_000,
}, async () => {
  await killMovers(4);
});
