import { atEachDatabase } from '@tenantry/core/scope';
import { defineCommand } from '@tenantry/rls/feature';
import { lagInWords } from '../jobs/lag.ts';
import type { CommandAudit } from './command-audit.ts';
import { tellDatabases } from './tell-databases.ts';

/** `tenantry audit seal`: for a cron job when no process runs `audit.start`; in every database. */
export const sealCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Seal the entries that are committed.',
    needs: 'system-write',
    json: true,
    async run({ pool, tenancy, print }) {
      const answers = await atEachDatabase(tenancy, pool, () => audit.seal(pool));
      return tellDatabases(answers, {
        print,
        inWords({ seals, entries, busy, lag }) {
          if (busy) print.line('another process is sealing');
          else print.done(`${entries} entries in ${seals} seals`);
          if (lag !== undefined) print.line(`  ${lagInWords(lag)}`);
        },
      });
    },
  });
