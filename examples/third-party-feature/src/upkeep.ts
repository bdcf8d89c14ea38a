import { callFunction } from '@tenantry/core/sql';
import type { UpkeepTask } from '@tenantry/rls/feature';

/** Gives up locks that are over, of all tenants, in a system scope. */
export const releaseLocks: UpkeepTask = {
  name: 'locks that are over',
  everyMs: 60_000,
  async run(db) {
    const released = Number(await callFunction<string>(db, 'release_notes'));
    return { done: true, did: { released }, left: 0 };
  },
};
