import { it } from 'vitest';
import { crashServers } from './crash.ts';

it('the same 100 times', async () => {
  await crashServers(50, 'on');
  await crashServers(50, 'off');
}, 3_600_000);
