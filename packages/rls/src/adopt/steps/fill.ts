import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { isBusy, pause } from '../action.ts';
import { rowsOf } from '../connection.ts';
import { leavesOf } from '../leaves.ts';
import { firedByFilling } from '../update-triggers.ts';
import { batchSql } from './fill-sql.ts';
import { readingRole } from './reading.ts';
import type { Step, StepContext } from './step.ts';

/** Where filling stands: a table or one of its partitions, and the next block of it. */
export interface FillCursor {
  readonly leaf: string;
  readonly block: number;
  readonly filled: number;
}

/** How long a batch shall take; its rows are locked as long. */
const wantedMs = 40;
/** When the server ends a batch of several blocks: a busy machine, or many more rows in them. */
const mostMs = 70;
/** How long a batch waits for a row that somebody holds, while it holds others. */
const rowWaitMs = 20;
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
    refuseFiring(context);
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
    let tries = 0;
    while (block < blocks) {
      context.signal?.throwIfAborted();
      const upTo = Math.min(blocks, block + size);
      const done = await batch(context, leaf, block, upTo, filled);
      if (done === 'busy') {
        tries += 1;
        if (tries >= context.limits.tries)
          throw new TenantryError('ADOPT_TABLE_BUSY', {
            found: `${planned.table}: rows in the blocks ${block} to ${upTo - 1}`,
          });
        // the fewer rows, the fewer others wait for
        size = Math.max(1, Math.floor(size / 4));
        await pause(Math.min(1000, 20 * tries) * (0.5 + Math.random()));
        continue;
      }
      tries = 0;
      filled += done.filled;
      block = upTo;
      size = nextSize(size, done.tookMs);
      progress(`rows of ${planned.table} filled`, filled, Math.max(total, filled));
    }
  }
  return filled;
}

/** Twice as many blocks only where that is still within the time. */
const nextSize = (blocks: number, tookMs: number): number =>
  tookMs < wantedMs / 2.5
    ? Math.min(mostBlocks, blocks * 2)
    : tookMs > wantedMs
      ? Math.max(1, Math.floor((blocks * wantedMs) / (1.5 * tookMs)))
      : blocks;

/**
 * One transaction: the rows of some blocks, and where to go on.
 * @returns how many rows it filled, and the milliseconds from its statement to the commit
 */
async function batch(
  context: StepContext,
  leaf: string,
  block: number,
  upTo: number,
  before: number,
): Promise<{ readonly filled: number; readonly tookMs: number } | 'busy'> {
  const { connection, planned, limits, state, held } = context;
  const silenced = silences(context);
  // one block takes as long as it needs
  const endsMs = upTo - block > 1 ? mostMs : 0;
  const settings = [
    `set local lock_timeout = ${Math.min(rowWaitMs, limits.waitMs)}`,
    `set local statement_timeout = ${endsMs}`,
    ...(silenced ? ["set local session_replication_role = 'replica'"] : []),
  ];
  let began = performance.now();
  try {
    await connection.query(['begin', ...settings, ...readingRole(context)].join('\n;\n'));
    began = performance.now();
    const [row] = await rowsOf<{ filled: number; changed: number }>(
      connection,
      batchSql(context, leaf),
      [`(${block},0)`, `(${upTo},0)`],
    );
    const { filled = 0, changed = 0 } = row ?? {};
    if (changed > 0 && planned.triggers !== 'fire') throw rowsChanged(context, changed);
    const cursor: FillCursor = { leaf, block: upTo, filled: before + filled };
    // the rows are locked: one round trip to their end
    const end = ['reset role', state.saving(planned.table, 'fill', cursor), 'commit'];
    await connection.query(end.join('\n;\n'));
    return { filled, tookMs: performance.now() - began };
  } catch (error) {
    await connection.query('rollback');
    const isEnded = endsMs > 0 && performance.now() - began >= endsMs && isCanceled(error);
    if (!isBusy(error) && !isEnded) throw error;
    held.retries += 1;
    return 'busy';
  } finally {
    held.longestBatchMs = Math.max(held.longestBatchMs, performance.now() - began);
  }
}

const isCanceled = (error: unknown): boolean => (error as { code?: string }).code === '57014';

/** Whether triggers of the application are switched off for the batches. */
const silences = ({ planned, facts, live }: StepContext): boolean =>
  planned.triggers !== 'fire' &&
  facts.maySilence &&
  firedByFilling(facts, live, planned.column, false).length > 0;

const firing = (context: StepContext) =>
  firedByFilling(context.facts, context.live, context.planned.column, silences(context));

/** What a trigger does after a row nobody sees in the row: it may write to other tables. */
function refuseFiring(context: StepContext): void {
  const { planned } = context;
  const after = firing(context).filter(({ isBefore }) => !isBefore);
  if (planned.triggers === 'fire' || after.length === 0) return;
  throw new TenantryError('ADOPT_ROWS_CHANGED', {
    found: `${planned.table}: filling its tenant would fire ${after.map(({ name: each }) => each).join(', ')}, after which other rows may be different; nothing was filled.`,
  });
}

function rowsChanged(context: StepContext, changed: number): TenantryError {
  return new TenantryError('ADOPT_ROWS_CHANGED', {
    found: `${context.planned.table}: filling its tenant changed other columns of ${changed} rows too, by the trigger ${firing(
      context,
    )
      .map(({ name: each }) => each)
      .join(', ')}; that batch was taken back.`,
  });
}
