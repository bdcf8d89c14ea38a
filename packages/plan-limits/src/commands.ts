import { atEachDatabase } from '@tenantry/core/scope';
import {
  defineCommand,
  type FeatureCommand,
  printUnanswered,
  rowsAtPlaces,
} from '@tenantry/rls/feature';
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
      async run({ pool, tenancy, print }) {
        const answers = await atEachDatabase(tenancy, pool, () => api.drift(pool));
        const drift = rowsAtPlaces(answers);
        print.result(drift, () => {
          for (const { found, place } of drift) print.line(`${found}${inPlace(place)}`);
          if (drift.length === 0) print.line('The plans of code and database agree.');
        });
        const code = printUnanswered(answers, print);
        return drift.length === 0 ? code : 1;
      },
    }),
    'limits sync': defineCommand({
      summary: 'Write the plans of code to the database; keep what operators changed.',
      needs: 'system-write',
      options: {
        overwrite: { type: 'flag', summary: 'Overwrite what operators changed, too.' },
      },
      json: true,
      async run({ options: { overwrite }, pool, tenancy, print }) {
        const answers = await atEachDatabase(tenancy, pool, () => api.sync(pool, { overwrite }));
        const removed = rowsAtPlaces(answers);
        print.result(removed, () => {
          for (const { what, key, place } of removed) print.line(`${what} ${key}${inPlace(place)}`);
          print.line(`${removed.length} differences removed.`);
        });
        return printUnanswered(answers, print);
      },
    }),
  };
}

const inPlace = (place: string | undefined) => (place === undefined ? '' : ` (in ${place})`);
