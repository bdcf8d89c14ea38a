import { defineCommand } from '@tenantry/rls/feature';
import { lagInWords } from '../jobs/lag.ts';
import type { CommandAudit } from './command-audit.ts';

/** `tenantry audit status`: waiting entries, what they wait for, and problems. */
export const statusCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Show what waits to be sealed and what it waits for, and holes in the log.',
    needs: 'system-write',
    json: true,
    async run({ pool, print }) {
      const lag = await audit.lag(pool);
      const findings = await audit.examine(pool);
      print.result({ lag: lag ?? null, findings }, () => {
        if (lag === undefined) print.done('everything is sealed');
        else print.line(`  ${lagInWords(lag)}`);
        for (const { rule, found, fix } of findings) print.failed(`${rule}: ${found}\n  ${fix}`);
      });
      return findings.length === 0 ? 0 : 1;
    },
  });
