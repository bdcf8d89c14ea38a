import { atEachDatabase } from '@tenantry/core/scope';
import { defineCommand } from '@tenantry/rls/feature';
import { lagInWords } from '../jobs/lag.ts';
import type { CommandAudit } from './command-audit.ts';
import { tellDatabases } from './tell-databases.ts';

/** `tenantry audit status`: waiting entries, what they wait for, and problems. */
export const statusCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Show what waits to be sealed and what it waits for, and holes in the log.',
    needs: 'system-write',
    json: true,
    async run({ pool, tenancy, print }) {
      const answers = await atEachDatabase(tenancy, pool, async () => ({
        lag: (await audit.lag(pool)) ?? null,
        findings: await audit.examine(pool),
      }));
      return tellDatabases(answers, {
        print,
        inWords({ lag, findings }) {
          if (lag === null) print.done('everything is sealed');
          else print.line(`  ${lagInWords(lag)}`);
          for (const { rule, found, fix } of findings) print.failed(`${rule}: ${found}\n  ${fix}`);
        },
        isOk: ({ findings }) => findings.length === 0,
      });
    },
  });
