import { name } from '@tenantry/core/sql';
import { runActions } from '../action.ts';
import { rowsOf } from '../connection.ts';
import type { AdoptFinding } from '../finding.ts';
import { fillTrigger } from './column.ts';
import { fillRows } from './fill.ts';
import { gapsSql } from './fill-sql.ts';
import { asReader } from './reading.ts';
import type { Step, StepContext } from './step.ts';

export const proveStep: Step = {
  name: 'prove',
  actions: async () => [],
  undo: async () => [],
  async work(context) {
    const { planned, progress } = context;
    progress(`looking for rows of ${planned.table} without a tenant`);
    if (!(await hasGaps(context))) return { findings: [] };
    // rows that somebody held while their batch went by, and rows that a person has set right since
    if ((planned.fill ?? []).length > 0) {
      const { connection, limits, held } = context;
      // the plan may have other sources since the column was made
      await runActions(connection, fillTrigger(context), planned.table, limits, held);
      await fillRows(context);
    }
    return { findings: await findGaps(context) };
  },
};

/** The rows that have no tenant, and why. */
export async function findGaps(context: StepContext): Promise<readonly AdoptFinding[]> {
  const { connection, planned } = context;
  const gaps = await asReader(context, () =>
    rowsOf<{ why: string; rows: number; keys: AdoptFinding['keys'] }>(connection, gapsSql(context)),
  );
  return gaps.map(({ why, rows, keys }) => {
    const [code = '', ...found] = why.split(' ');
    return {
      code: code as AdoptFinding['code'],
      table: planned.table,
      rows,
      keys,
      found: `${rows === 1 ? 'a row has' : `${rows} rows have`} no tenant: ${found.join(' ') || 'nothing says whose it is'}.`,
      fix: fixes[code] ?? fixes.ADOPT_ROW_WITHOUT_SOURCE ?? '',
    };
  });
}

const fixes: Readonly<Record<string, string>> = {
  ADOPT_OWNER_WITHOUT_TENANT:
    'Make the owner a member of a tenant; or set the tenant of these rows; or give fill another source after this one. Then run adopt again.',
  ADOPT_OWNER_IN_SEVERAL:
    'Set the tenant of these rows: only somebody who knows the data can say which it is. Then run adopt again.',
  ADOPT_PARENT_WITHOUT_TENANT:
    'Give the parent a tenant; or set that of these rows; or give fill another source after this one. Then run adopt again.',
  ADOPT_ROW_WITHOUT_SOURCE: 'Set the tenant of these rows, then run adopt again.',
};

async function hasGaps(context: StepContext): Promise<boolean> {
  const { connection, live, planned } = context;
  const target = name(live.schema, live.name).sql;
  const [row] = await asReader(context, () =>
    rowsOf<{ is: boolean }>(
      connection,
      `select exists (select from ${target} where ${name(planned.column ?? '').sql} is null) as is`,
    ),
  );
  return row?.is === true;
}
