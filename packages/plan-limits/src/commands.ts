import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { upkeepApi } from './api/upkeep.ts';
import type { Definition } from './sql/model.ts';

/** `tenantry limits drift` and `tenantry limits sync`. */
export function limitsCommands(definition: Definition): Readonly<Record<string, FeatureCommand>> {
  const api = upkeepApi(definition);
  return {
    'limits drift': defineCommand({
      summary: 'Compare the plans of code and database; exit with 1 when they differ.',
      needs: 'system-read',
      json: true,
      async run({ pool, print }) {
        const drift = await api.drift(pool);
        print.result(drift, () => {
          for (const { found } of drift) print.line(found);
          if (drift.length === 0) print.line('The plans of code and database agree.');
        });
        return drift.length === 0 ? 0 : 1;
      },
    }),
    'limits sync': defineCommand({
      summary: 'Write the plans of code to the database; keep what operators changed.',
      needs: 'system-write',
      options: {
        overwrite: { type: 'flag', summary: 'Overwrite what operators changed, too.' },
      },
      json: true,
      async run({ options, pool, print }) {
        const removed = await api.sync(pool, { overwrite: options.overwrite });
        print.result(removed, () => {
          for (const { what, key } of removed) print.line(`${what} ${key}`);
          print.line(`${removed.length} differences removed.`);
        });
      },
    }),
  };
}
