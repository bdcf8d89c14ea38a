import { atEachDatabase } from '@tenantry/core/scope';
import { defineCommand } from '@tenantry/rls/feature';
import { calls } from '../calls.ts';
import type { CommandAudit } from './command-audit.ts';
import { tellDatabases } from './tell-databases.ts';

/** `tenantry audit maintain`: partitions and retention, when no process runs `audit.start`. */
export const maintainCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Create the partitions of the coming months, and delete what is past its retention.',
    needs: 'system-write',
    json: true,
    options: {
      'months-ahead': {
        type: 'whole',
        min: 1,
        max: 24,
        default: 3,
        summary: 'Create partitions this many months in advance.',
      },
      restored: {
        type: 'flag',
        summary: 'Continue above the transaction ids of the former cluster first, after a restore.',
      },
    },
    async run({ options, pool, tenancy, print }) {
      const monthsAhead = options['months-ahead'];
      const answers = await atEachDatabase(tenancy, pool, async () => ({
        higher: options.restored ? await calls.restored(pool) : undefined,
        ...(await audit.maintain(pool, { monthsAhead })),
      }));
      return tellDatabases(answers, {
        print,
        inWords({ higher, created, retired, busy }) {
          if (higher !== undefined) print.done(`transaction ids go on, ${higher} higher`);
          if (busy) print.line('another process is at it');
          else print.done(`${created.length} partitions made`);
          for (const { month, tenants, entries, dropped } of retired) {
            print.line(
              `  ${month}: ${entries} entries of ${tenants} tenants gone${dropped ? ', with their partition' : ''}`,
            );
          }
        },
      });
    },
  });
