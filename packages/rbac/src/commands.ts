import type { Tenancy } from '@tenantry/core';
import { atEachDatabase } from '@tenantry/core/scope';
import {
  type Drift,
  defineCommand,
  type FeatureCommand,
  type Print,
  printUnanswered,
  type RowAtPlace,
  rowsAtPlaces,
} from '@tenantry/rls/feature';
import { drift, sync } from './api/definition.ts';
import { keyCommands } from './api-keys/commands.ts';
import type { RbacDefinition } from './definition/types.ts';

/** The commands of `tenantry rbac`. */
export const commandsOf = (
  tenancy: Tenancy,
  definition: RbacDefinition,
): Readonly<Record<string, FeatureCommand>> => ({
  ...keyCommands,
  'rbac drift': defineCommand({
    summary: 'Compare permissions and roles of code and database; exit with 1 when they differ.',
    needs: 'system-read',
    json: true,
    async run({ pool, print }) {
      const answers = await atEachDatabase(tenancy, pool, () => drift(pool, tenancy, definition));
      const found = rowsAtPlaces(answers);
      print.result(found, () => {
        list(found, print);
        print.line(
          found.length === 0
            ? 'Code and database agree.'
            : 'Fix: run `npx tenantry generate` and your migrations, or `npx tenantry rbac sync`.',
        );
      });
      const code = printUnanswered(answers, print);
      return found.length === 0 ? code : 1;
    },
  }),
  'rbac sync': defineCommand({
    summary: 'Write permissions and built-in roles of code to the database.',
    needs: 'system-write',
    json: true,
    async run({ pool, print }) {
      const answers = await atEachDatabase(tenancy, pool, () => sync(pool, tenancy, definition));
      const found = rowsAtPlaces(answers);
      print.result(found, () => {
        list(found, print);
        print.line(found.length === 0 ? 'Nothing to do.' : `${found.length} differences written.`);
      });
      return printUnanswered(answers, print);
    },
  }),
});

function list(found: readonly RowAtPlace<Drift>[], print: Print): void {
  for (const each of found) {
    const where = each.place === undefined ? '' : ` (in ${each.place})`;
    print.line(`${each.kind}: ${each.found}${where}`);
  }
}
