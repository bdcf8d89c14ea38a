import { it } from 'vitest';
import { anyMomentComesBack } from '../support/rewind-histories.ts';
import { rewindable } from '../support/rewinds.ts';

it('any moment of any history comes back', async () => {
  const { url } = await rewindable();
  await anyMomentComesBack(url);
});
