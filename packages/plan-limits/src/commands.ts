import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { upkeepApi } from './api/upkeep.ts';
import type { Definition } from './sql/model.ts';

/** `tenantry limits drift` and `tenantry limits seed`. */
export function limitsCommands(definition: Definition): Readonly<Record<string, FeatureCommand>> {
  const api = upkeepApi(definition);
  return {
    'limits drift': defineCommand({
      summary: 'Compare the plans of code and database; exit with 1 when they differ.',
      needs: 'system-read',
      json: true,
      async run({ pool, print }) {
        const drift = await api.drift(pool);
        const text = (terms: unknown) => (terms === undefined ? 'nothing' : JSON.stringify(terms));
        print.result(drift, () => {
          for (const { table, plan, feature, code, database } of drift) {
            print.line(
              `${table} ${plan} ${feature}: code ${text(code)}, database ${text(database)}`,
            );
          }
          if (drift.length === 0) print.line('The plans of code and database agree.');
        });
        return drift.length === 0 ? 0 : 1;
      },
    }),
    'limits seed': defineCommand({
      summary: 'Write the plans of code to the database; keep what operators changed.',
      needs: 'system-write',
      options: {
        overwrite: { type: 'flag', summary: 'Overwrite what operators changed, too.' },
      },
      async run({ options, pool, print }) {
        await api.seed(pool, { overwrite: options.overwrite });
        print.line('Seeded.');
      },
    }),
  };
}
