import type { FeatureCommand } from '@tenantry/rls/feature';
import { lagInWords } from '../jobs/lag.ts';
import { asSystem, type CommandAudit } from './system.ts';

/** `tenantry audit seal`: for a cron job when no process runs `audit.start`. */
export const sealCommand = (audit: CommandAudit): FeatureCommand => ({
  summary: 'seal the entries that are committed',
  options: {},
  async run(_argv, context) {
    const { seals, entries, busy, lag } = await asSystem(context, 'audit seal', true, (pool) =>
      audit.seal(pool),
    );
    context.stdout.write(
      busy ? 'another process is sealing\n' : `✓ ${entries} entries in ${seals} seals\n`,
    );
    if (lag !== undefined) context.stdout.write(`  ${lagInWords(lag)}\n`);
    return 0;
  },
});
