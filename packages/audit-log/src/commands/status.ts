import { parseArgs } from 'node:util';
import type { FeatureCommand } from '@tenantry/rls/feature';
import { lagInWords } from '../jobs/lag.ts';
import { asSystem, type CommandAudit } from './system.ts';

/** `tenantry audit status`: waiting entries, what they wait for, and problems. */
export const statusCommand = (audit: CommandAudit): FeatureCommand => ({
  summary: 'say what waits to be sealed and for whom, and what leaves holes in the log',
  options: { '--json': 'print lag and findings as JSON' },
  async run(argv, context) {
    const { values } = parseArgs({
      args: [...argv],
      options: { json: { type: 'boolean', default: false } },
    });
    const { lag, findings } = await asSystem(context, 'audit status', true, async (pool) => ({
      lag: await audit.lag(pool),
      findings: await audit.examine(pool),
    }));
    const { stdout } = context;
    if (values.json) {
      stdout.write(`${JSON.stringify({ lag: lag ?? null, findings }, null, 2)}\n`);
    } else {
      stdout.write(lag === undefined ? '✓ everything is sealed\n' : `  ${lagInWords(lag)}\n`);
      for (const { rule, found, fix } of findings) {
        stdout.write(`✗ ${rule}: ${found}\n  ${fix}\n`);
      }
    }
    return findings.length === 0 ? 0 : 1;
  },
});
