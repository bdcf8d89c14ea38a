import type pg from 'pg';
import { rows } from './support.ts';

// How long a lock is held depends on the machine. Whether rows are looked at under it does not: the
// statistics of the transaction count each row that it reads, also for a constraint.

/** The rows that a backend has read of each table and not reported yet: earlier transactions are among them. */
export async function readSoFar(client: pg.Client): Promise<Map<string, number>> {
  const found = await rows<{ table: string; rows: number }>(
    client,
    `select relname::text as "table", (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows
     from pg_stat_xact_user_tables where schemaname = 'public'`,
  );
  return new Map(found.map((each) => [each.table, each.rows]));
}

export const more = (after: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>) =>
  [...after].flatMap(([table, n]) => {
    const read = n - (before.get(table) ?? 0);
    return read === 0 ? [] : [{ table, rows: read }];
  });

/** Counts the rows that are read in each transaction which locks a table for a moment. */
export function counting(client: pg.Client) {
  const found = { read: [] as { table: string; rows: number; text: string }[], locks: 0 };
  let before: ReadonlyMap<string, number> | undefined;
  return {
    found,
    async query(text: string, values?: unknown[]) {
      if (text.startsWith('begin; set local lock_timeout')) {
        const answer = await client.query(text);
        before = await readSoFar(client);
        return answer;
      }
      // a batch of filling reads rows, and locks these alone
      if (/^\s*with rows_of_batch/.test(text)) before = undefined;
      const [, statements, end = ''] = /^([\s\S]*?)(?:\n;\n)?(commit\b.*)$/s.exec(text) ?? [];
      if (statements === undefined || before === undefined)
        return values === undefined ? client.query(text) : client.query(text, values);
      if (statements !== '') await client.query(statements);
      found.locks += 1;
      for (const each of more(await readSoFar(client), before))
        found.read.push({ ...each, text: statements });
      before = undefined;
      return client.query(end);
    },
  };
}
