import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { isBusy, pause } from '../action.ts';
import { rowsOf } from '../connection.ts';
import { updateTriggers } from '../facts.ts';
import { leavesOf } from '../leaves.ts';
import { batchSql } from './fill-sql.ts';
import { readingRole } from './sources.ts';
import type { Step, StepContext } from './step.ts';

/** Where filling stands: a table or one of its partitions, and the next block of it. */
export interface FillCursor {
  readonly leaf: string;
  readonly block: number;
  readonly filled: number;
}

/** How long a batch shall take; its rows are locked as long. */
const wantedMs = 40;
const mostBlocks = 2048;
const firstBlocks = 16;

export const fillStep: Step = {
  name: 'fill',
  actions: async () => [],
  undo: async () => [],
  async work(context) {
    const { state, planned } = context;
    if ((planned.fill ?? []).length === 0) return { findings: [] };
    const all = await state.all();
    const saved = all.find(({ table, step }) => table === planned.table && step === 'fill')?.cursor;
    const filled = await fillRows(context, (saved ?? undefined) as FillCursor | undefined);
    return { findings: [], filled };
  },
};

/** Fills the rows that have no tenant, block by block. New rows have theirs from the trigger. */
export async function fillRows(context: StepContext, from?: FillCursor): Promise<number> {
  const { connection, planned, live, progress } = context;
  const leaves = (await leavesOf(connection, live.oid)).map((each) => ({
    ...each,
    leaf: name(each.schema, each.name).sql,
  }));
  const total = leaves.reduce((sum, { rows }) => sum + rows, 0);
  let filled = from?.filled ?? 0;
  const begin = Math.max(
    0,
    leaves.findIndex(({ leaf }) => leaf === from?.leaf),
  );
  for (const [i, { leaf, blocks }] of leaves.entries()) {
    if (i < begin) continue;
    let block = leaf === from?.leaf ? from.block : 0;
    let size = firstBlocks;
    while (block < blocks) {
      context.signal?.throwIfAborted();
      const upTo = Math.min(blocks, block + size);
      const began = performance.now();
      const done = await batch(context, leaf, block, upTo, filled);
      if (done === 'busy') {
        // the fewer rows, the fewer others wait for
        size = Math.max(1, Math.floor(size / 4));
        await pause(10 + Math.random() * 40);
        continue;
      }
      const tookMs = performance.now() - began;
      filled += done;
      block = upTo;
      size =
        tookMs < wantedMs
          ? Math.min(mostBlocks, size * 2)
          : tookMs > 2 * wantedMs
            ? Math.max(1, size >> 1)
            : size;
      progress(`rows of ${planned.table} filled`, filled, Math.max(total, filled));
    }
  }
  return filled;
}

/** One transaction: the rows of some blocks, and where to go on. @returns how many rows it filled */
async function batch(
  context: StepContext,
  leaf: string,
  block: number,
  upTo: number,
  before: number,
): Promise<number | 'busy'> {
  const { connection, facts, live, planned, limits, state, held } = context;
  const silenced =
    planned.triggers !== 'fire' && facts.maySilence && updateTriggers(facts, live).length > 0;
  await connection.query(`begin; set local lock_timeout = ${limits.waitMs}`);
  try {
    if (silenced) await connection.query("set local session_replication_role = 'replica'");
    const role = readingRole(context);
    for (const sql of role) await connection.query(sql);
    const [row] = await rowsOf<{ filled: number; changed: number }>(
      connection,
      batchSql(context, leaf),
      [`(${block},0)`, `(${upTo},0)`],
    );
    const { filled = 0, changed = 0 } = row ?? {};
    if (changed > 0 && planned.triggers !== 'fire') throw rowsChanged(context, changed);
    if (role.length > 0) await connection.query('reset role');
    await state.save(planned.table, 'fill', {
      leaf,
      block: upTo,
      filled: before + filled,
    } satisfies FillCursor);
    await connection.query('commit');
    return filled;
  } catch (error) {
    await connection.query('rollback');
    if (!isBusy(error)) throw error;
    held.retries += 1;
    return 'busy';
  }
}

function rowsChanged({ planned, facts, live }: StepContext, changed: number): TenantryError {
  return new TenantryError('ADOPT_ROWS_CHANGED', {
    found: `${planned.table}: filling its tenant changed other columns of ${changed} rows too, by the trigger ${updateTriggers(facts, live).join(', ')}; that batch was taken back.`,
  });
}
