import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, TestingError } from '../errors.ts';
import { type Account, runAs } from './account.ts';

/** Every folder of ours in the temporary directory begins with this. */
export const folderPrefix = 'tenantry-postgres-';

/** A new folder that only the account can enter, for the data, the log and copied binaries. */
export async function createServerFolder(account: Account | undefined): Promise<string> {
  const refusals: string[] = [];
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(await realpath(parent), folderPrefix));
      if (account === undefined) return folder;
      await chown(folder, account.uid, account.gid);
      // TMPDIR may lie below a folder that only root can enter.
      await runAs(account, '/bin/sh', ['-c', 'cd "$0" && : >probe && rm probe', folder]);
      return folder;
    } catch (error) {
      refusals.push(`${parent}: ${messageOf(error)}`);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }
  throw new TestingError('TEST_POSTGRES_START_FAILED', {
    found: `no temporary folder can be used (${refusals.join('; ')}).`,
    fix: 'Set TMPDIR to a folder that the account of the server can write.',
  });
}
