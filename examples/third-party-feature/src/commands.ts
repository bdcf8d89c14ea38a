import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { releaseLocks } from './upkeep.ts';

/** The commands of `tenantry`, by their words. */
export const commands: Readonly<Record<string, FeatureCommand>> = {
  'notes locks': defineCommand({
    summary: 'Release the locks that are over.',
    needs: 'system-write',
    json: true,
    async run({ pool, print }) {
      const report = await releaseLocks.run(pool);
      print.result(report, () => print.done(JSON.stringify(report.did)));
      return report.done ? 0 : 1;
    },
  }),
};
