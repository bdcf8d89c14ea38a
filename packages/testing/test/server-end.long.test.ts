import { test } from 'vitest';
import { type Ending, expectNothingLeft, expectNothingLeftAfterKill } from './support.ts';

const endings: Ending[] = [
  { way: 'wait', signal: 'SIGTERM', end: 'SIGTERM' },
  { way: 'wait', signal: 'SIGINT', end: 'SIGINT' },
  { way: 'wait', signal: 'SIGHUP', end: 'SIGHUP' },
  { way: 'exit', signal: undefined, end: 3 },
  { way: 'throw', signal: undefined, end: 1 },
];

test.each(endings)('the server and its folder are gone after $way $signal', expectNothingLeft);

test.each([0, 0, 0, 2, 5, 10, 20, 50, 100, 300, 500, 700, 900, 1100, 1400])(
  'nothing is left after SIGKILL %d ms into the start',
  expectNothingLeftAfterKill,
);
