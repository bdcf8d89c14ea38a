import { type Tenancy, TenantryError } from '@tenantry/core';
import { type LockLimits, lockLimits, nothingHeld, runActions } from './action.ts';
import type { AdoptConnection } from './connection.ts';
import { refusedStep } from './refused.ts';
import { AdoptionState, alone, type StepState } from './state.ts';

/**
 * Takes the last step back: of a table, or of all. Columns that adoption made go with their step.
 * @returns the step; undefined when there is none
 * @throws TenantryError `ADOPT_RUNNING`, `ADOPT_TABLE_BUSY`, `ADOPT_BLOCKED` when other tables stand on it
 */
export async function stepBack(
  connection: AdoptConnection,
  tenancy: Tenancy,
  {
    table,
    limits,
  }: { readonly table?: string | undefined; readonly limits?: Partial<LockLimits> } = {},
): Promise<StepState | undefined> {
  return alone(connection, tenancy, async () => {
    const state = new AdoptionState(connection, tenancy);
    const all = await state.all();
    const last = all.filter((each) => table === undefined || each.table === table).at(-1);
    if (last === undefined) return undefined;
    checkColumn(last, all);
    try {
      await runActions(
        connection,
        last.undo,
        last.table,
        { ...lockLimits, ...limits },
        nothingHeld(),
      );
    } catch (error) {
      // dependent_objects_still_exist
      if ((error as { code?: string }).code !== '2BP01')
        throw refusedStep(error, last.table, `${last.step}, back`);
      throw new TenantryError('ADOPT_BLOCKED', {
        found: `${last.table}: other tables stand on its step ${last.step}: ${(error as Error).message}`,
        fix: 'Take their steps back first; without a table the last step of all is taken back.',
        cause: error,
      });
    }
    await state.remove(last.table, last.step);
    return last;
  });
}

/** The steps that stand in the database, in the order in which they began. */
export const adoptionState = (
  connection: AdoptConnection,
  tenancy: Tenancy,
): Promise<readonly StepState[]> => new AdoptionState(connection, tenancy).all();

/** Triggers of later tables may take the tenant from the column of an earlier one. */
function checkColumn(last: StepState, all: readonly StepState[]): void {
  const columns = all.filter(({ step }) => step === 'column');
  const later = columns.slice(columns.indexOf(last) + 1).map(({ table }) => table);
  if (last.step !== 'column' || later.length === 0) return;
  throw new TenantryError('ADOPT_BLOCKED', {
    found: `${last.table}: ${later.join(', ')} may take the tenant from its column`,
    fix: 'Take their steps back first; without a table the last step of all is taken back.',
  });
}
