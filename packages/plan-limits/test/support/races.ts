import { expect } from 'vitest';
import type { LimitsDatabase } from './database.ts';

/** How attempts at the same time ended. */
export interface Outcome {
  readonly done: number;
  /** Error codes of those that were refused. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Starts all attempts at once; the pool of the database has 30 connections. */
export async function attempt(n: number, run: (i: number) => Promise<unknown>): Promise<Outcome> {
  const refused: Record<string, number> = {};
  let done = 0;
  const settled = await Promise.allSettled(Array.from({ length: n }, (_, i) => run(i)));
  for (const each of settled) {
    if (each.status === 'fulfilled') done++;
    else {
      const code = String(each.reason.code ?? each.reason.message);
      refused[code] = (refused[code] ?? 0) + 1;
    }
  }
  return { done, refused };
}

/** A way to go over a limit of 10 counted rows. */
export interface Race {
  readonly name: string;
  readonly table: string;
  /** What the rows that count fulfil. */
  readonly counted: string;
  /** Rows that one attempt adds. */
  readonly adds: number;
  prepare?(database: LimitsDatabase): Promise<unknown>;
  run(database: LimitsDatabase, i: number): Promise<unknown>;
}

const bulk = (table: string, column: string, n: number) =>
  `insert into ${table} (${column}) select 'r' || i from generate_series(1, ${n}) i returning organization_id`;

/** Every way that the issue of a limit names. */
export const races: readonly Race[] = [
  {
    name: 'an insert',
    table: 'projects',
    counted: 'true',
    adds: 1,
    run: ({ pool }, i) => pool.query('insert into projects (name) values ($1)', [`p${i}`]),
  },
  {
    name: 'a bulk insert of two',
    table: 'projects',
    counted: 'true',
    adds: 2,
    run: ({ pool }) => pool.query(bulk('projects', 'name', 2)),
  },
  {
    name: 'an update that activates',
    table: 'clients',
    counted: "status = 'active'",
    adds: 1,
    prepare: ({ pool }) =>
      pool.query(
        "insert into clients (name, status) select 'c' || i, 'inactive' from generate_series(0, 119) i returning organization_id",
      ),
    run: ({ pool }, i) =>
      pool.query("update clients set status = 'active' where name = $1", [`c${i}`]),
  },
  {
    name: 'a transaction of raw SQL with savepoints',
    table: 'clients',
    counted: "status = 'active'",
    adds: 1,
    async run({ pool }, i) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query('savepoint a');
        await client.query("insert into clients (name) values ('undone')");
        await client.query('rollback to a');
        await client.query(`insert into clients (name) values ('c${i}')`);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
  },
  {
    name: 'an insert with a counter',
    table: 'documents',
    counted: 'not is_draft',
    adds: 1,
    run: ({ pool }, i) => pool.query('insert into documents (title) values ($1)', [`d${i}`]),
  },
  {
    name: 'an update with a counter',
    table: 'documents',
    counted: 'not is_draft',
    adds: 1,
    prepare: ({ pool }) =>
      pool.query(
        "insert into documents (title, is_draft) select 'd' || i, true from generate_series(0, 119) i returning organization_id",
      ),
    run: ({ pool }, i) =>
      pool.query('update documents set is_draft = false where title = $1', [`d${i}`]),
  },
  {
    name: 'a bulk insert with a counter',
    table: 'documents',
    counted: 'not is_draft',
    adds: 5,
    run: ({ pool }) =>
      pool.query("insert into documents (title) values ('a'), ('b'), ('c'), ('d'), ('e')"),
  },
];

/** Runs 120 attempts on 30 connections, and expects exactly 10 rows. */
export async function race(database: LimitsDatabase, each: Race): Promise<void> {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await each.prepare?.(database);
    const outcome = await attempt(120, (i) => each.run(database, i));
    expect(outcome).toEqual({
      done: 10 / each.adds,
      refused: { LIMIT_REACHED: 120 - 10 / each.adds },
    });
  });
  const [row] = await database.ask<{ n: string }>(
    `select count(*) n from ${each.table} where organization_id = $1 and ${each.counted}`,
    [acme],
  );
  expect(Number(row?.n)).toBe(10);
}
