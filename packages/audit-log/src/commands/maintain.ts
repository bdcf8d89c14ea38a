import { defineCommand } from '@tenantry/rls/feature';
import { calls } from '../calls.ts';
import type { CommandAudit } from './command-audit.ts';

/** `tenantry audit maintain`: partitions and retention, when no process runs `audit.start`. */
export const maintainCommand = (audit: CommandAudit) =>
  defineCommand({
    summary: 'Create the partitions of the coming months, and delete what is past its retention.',
    needs: 'system-write',
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
    async run({ options, pool, print }) {
      if (options.restored) {
        print.done(`transaction ids go on, ${await calls.restored(pool)} higher`);
      }
      const { created, retired, busy } = await audit.maintain(pool, {
        monthsAhead: options['months-ahead'],
      });
      if (busy) print.line('another process is at it');
      else print.done(`${created.length} partitions made`);
      for (const { month, tenants, entries, dropped } of retired) {
        print.line(
          `  ${month}: ${entries} entries of ${tenants} tenants gone${dropped ? ', with their partition' : ''}`,
        );
      }
    },
  });
