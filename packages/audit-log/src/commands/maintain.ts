import { parseArgs } from 'node:util';
import type { FeatureCommand } from '@tenantry/rls/feature';
import { calls } from '../calls.ts';
import { asSystem, type CommandAudit } from './system.ts';

/** `tenantry audit maintain`: partitions and retention, when no process runs `audit.start`. */
export const maintainCommand = (audit: CommandAudit): FeatureCommand => ({
  summary: 'make the partitions of the coming months, and let go what has outlived its retention',
  options: {
    '--months-ahead <n>': 'how many months in advance; 3 unless named',
    '--restored': 'first go on above the transaction ids of another cluster, after a restore',
  },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'months-ahead': { type: 'string' },
        restored: { type: 'boolean', default: false },
      },
    });
    const ahead = values['months-ahead'];
    const { created, retired, busy } = await asSystem(
      context,
      'audit maintain',
      true,
      async (pool) => {
        if (values.restored) {
          context.stdout.write(`✓ transaction ids go on, ${await calls.restored(pool)} higher\n`);
        }
        return audit.maintain(pool, ahead === undefined ? {} : { monthsAhead: Number(ahead) });
      },
    );
    context.stdout.write(
      busy ? 'another process is at it\n' : `✓ ${created.length} partitions made\n`,
    );
    for (const { month, tenants, entries, dropped } of retired) {
      context.stdout.write(
        `  ${month}: ${entries} entries of ${tenants} tenants gone${dropped ? ', with their partition' : ''}\n`,
      );
    }
    return 0;
  },
});
