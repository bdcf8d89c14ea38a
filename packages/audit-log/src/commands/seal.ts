import { defineCommand } from '@tenantry/rls/feature';
import { lagInWords } from '../jobs/lag.ts';
import type { CommandAudit } from './command-audit.ts';

/** `tenantry audit seal`: for a cron job when no process runs `audit.start`. */
export const sealCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Seal the entries that are committed.',
    needs: 'system-write',
    async run({ pool, print }) {
      const { seals, entries, busy, lag } = await audit.seal(pool);
      if (busy) print.line('another process is sealing');
      else print.done(`${entries} entries in ${seals} seals`);
      if (lag !== undefined) print.line(`  ${lagInWords(lag)}`);
    },
  });
