import { adoptionState, stepBack } from '@tenantry/rls/adopt';
import type { Print } from '@tenantry/rls/feature';
import type pg from 'pg';
import type { Project } from '../../config/load-config.ts';
import { styleOf } from '../../terminal/style.ts';
import { renderPreview } from './render.ts';

/** `tenantry adopt --back`. @returns the exit code */
export async function back(
  client: pg.Client,
  {
    print,
    table,
    dryRun,
    tenancy,
  }: {
    print: Print;
    table: string | undefined;
    dryRun: boolean;
    tenancy: Project['tenancy'];
  },
): Promise<number> {
  const all = await adoptionState(client, tenancy);
  const last = all.filter((each) => table === undefined || each.table === table).at(-1);
  const step = dryRun ? last : await stepBack(client, tenancy, { table });
  print.result(step ?? null, () => {
    if (step === undefined) print.line('There is no step to take back.');
    else if (dryRun)
      print.line(
        renderPreview(
          [{ ...step, sql: step.undo.flatMap(({ sql }) => sql) }],
          styleOf(process.stdout),
        ),
      );
    else print.done(`${step.step} of ${step.table} is taken back`);
  });
  return 0;
}
