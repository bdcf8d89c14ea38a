import { test } from 'vitest';
import { expectNothingLeft, expectNothingLeftAfterKill } from './support.ts';

test(
  'the server and its folder are gone after SIGKILL',
  () => expectNothingLeft({ way: 'wait', signal: 'SIGKILL', end: 'SIGKILL' }),
  300_000,
);

test(
  'a program that has nothing left to do ends, and its server with it',
  () => expectNothingLeft({ way: 'nothing', signal: undefined, end: 0 }),
  300_000,
);

test(
  'nothing is left after SIGKILL in the middle of initdb',
  () => expectNothingLeftAfterKill(200),
  300_000,
);
