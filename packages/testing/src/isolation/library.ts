import type pg from 'pg';
import type { AttackHandle } from './types.ts';

/** The result of a statement. */
export interface Answer {
  readonly rows: readonly Record<string, unknown>[];
  /** Rows that were read, written or copied. */
  readonly count: number;
}

/** Runs SQL text; values are literals, so that every library sends the same text. */
export interface Asker {
  query(text: string): Promise<Answer>;
}

/** How the attacks reach the database. */
export interface Library extends Asker {
  readonly name: 'pg' | 'Drizzle' | 'Kysely';
  /** Builds a query without awaiting it; some libraries send it only when it is awaited. */
  build(text: string): PromiseLike<unknown>;
  /** Runs `fn` in a transaction that is always rolled back. */
  undone<R>(fn: (asker: Asker) => Promise<R>): Promise<R>;
}

/** Detects the library of a handle. */
export async function libraryOf(handle: AttackHandle): Promise<Library> {
  if ('executeQuery' in handle) return kysely(handle as unknown as KyselyLike);
  if ('execute' in handle) {
    const { sql } = await import('drizzle-orm');
    return drizzle(handle as unknown as DrizzleLike, (text) => sql.raw(text));
  }
  return onPg(handle as pg.Pool);
}

/** A sent query may fail before anybody awaits it. */
function observed(query: PromiseLike<unknown>): PromiseLike<unknown> {
  query.then(undefined, () => {});
  return query;
}

export const answer = (result: unknown): Answer => {
  const {
    rows = [],
    rowCount,
    numAffectedRows,
  } = result as {
    rows?: Record<string, unknown>[];
    rowCount?: number | null;
    numAffectedRows?: bigint;
  };
  const count = rowCount ?? (numAffectedRows === undefined ? rows.length : Number(numAffectedRows));
  return { rows, count: Math.max(count, rows.length) };
};

/** Leaves a transaction with its result, by an exception, which makes every library roll back. */
class Undone extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super('rolled back on purpose');
    this.result = result;
  }
}

async function undoing<R>(transaction: () => Promise<unknown>): Promise<R> {
  try {
    await transaction();
  } catch (error) {
    for (let each: unknown = error; each instanceof Error; each = each.cause) {
      if (each instanceof Undone) return each.result as R;
    }
    throw error;
  }
  throw new Error('the transaction was not rolled back');
}

/** The pool itself, or any pool of pg. */
export function onPg(pool: pg.Pool): Library {
  return {
    name: 'pg',
    build: (text) => observed(pool.query(text)),
    query: async (text) => answer(await pool.query(text)),
    async undone(fn) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        return await fn({ query: async (text) => answer(await client.query(text)) });
      } finally {
        await client.query('rollback').catch(() => {});
        client.release();
      }
    },
  };
}

interface DrizzleLike {
  execute(query: unknown): PromiseLike<unknown>;
  transaction(fn: (tx: DrizzleLike) => Promise<unknown>): Promise<unknown>;
}

function drizzle(db: DrizzleLike, raw: (text: string) => unknown): Library {
  const on = (each: DrizzleLike): Asker => ({
    query: async (text) => answer(await each.execute(raw(text))),
  });
  return {
    name: 'Drizzle',
    build: (text) => db.execute(raw(text)),
    ...on(db),
    undone: (fn) =>
      undoing(() =>
        db.transaction(async (tx) => {
          throw new Undone(await fn(on(tx)));
        }),
      ),
  };
}

interface KyselyLike {
  executeQuery(query: unknown): PromiseLike<unknown>;
  transaction(): { execute(fn: (trx: KyselyLike) => Promise<unknown>): Promise<unknown> };
}

function kysely(db: KyselyLike): Library {
  let queries = 0;
  // the same object as CompiledQuery.raw(text)
  const compiled = (sql: string) => ({
    sql,
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: `isolation-${++queries}` },
  });
  const on = (each: KyselyLike): Asker => ({
    query: async (text) => answer(await each.executeQuery(compiled(text))),
  });
  return {
    name: 'Kysely',
    build: (text) => observed(db.executeQuery(compiled(text))),
    ...on(db),
    undone: (fn) =>
      undoing(() =>
        db.transaction().execute(async (trx) => {
          throw new Undone(await fn(on(trx)));
        }),
      ),
  };
}

/** The SQLSTATE or the code of an error, also when a library wrapped it. */
export function codeOf(error: unknown): string {
  let code = '';
  for (let each = error; each instanceof Error; each = each.cause) {
    const own = (each as { code?: unknown }).code;
    if (typeof own === 'string') code = own;
  }
  return code === '' && error instanceof Error ? error.message : code;
}
