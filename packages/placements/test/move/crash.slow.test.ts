import { it } from 'vitest';
import { crashServers } from './crash.ts';

it.each(['on', 'off'] as const)(
  'a move whose source or target crashes is finished or taken back, with synchronous_commit %s',
  async (commits) => {
    await crashServers(5, commits);
  },
  900_000,
);
