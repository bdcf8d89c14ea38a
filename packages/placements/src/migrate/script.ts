import pg from 'pg';
import type { Migration, MigrationStatement } from './folder.ts';

/** A statement of a migration that the server has refused. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed';
  readonly migration: Migration;
  /** The line of the file on which the statement begins. */
  readonly line: number;

  constructor(migration: Migration, line: number, cause: unknown) {
    super('a statement of a migration has failed', { cause });
    this.migration = migration;
    this.line = line;
  }
}

/** The column by which a row says how many statements have run. */
const mark = 'tenantry: done';

/**
 * Runs the statements of a migration in one round trip, each with a snapshot of its own, as when they are
 * sent one by one.
 * @param told the rows that they return. Default: nobody looks at them
 * @throws StatementFailed
 */
export function runMigration(
  client: pg.ClientBase,
  migration: Migration,
  told: (row: Record<string, unknown>) => void = () => {},
): Promise<void> {
  const { statements } = migration;
  // a text may end with a comment, or without a semicolon
  const text = statements
    .map((each, i) => `${each.text}\n;select ${i + 1} as "${mark}"`)
    .join(';\n');
  return new Promise((resolve, reject) => {
    let done = 0;
    const query = new pg.Query<Record<string, unknown>>(text);
    query.on('row', (row: Record<string, unknown>) => {
      const now = row[mark];
      if (typeof now === 'number') done = now;
      else told(row);
    });
    query.on('error', (error: Error) => {
      const line = lineOf(error, text, statements) ?? statements[done]?.line ?? 1;
      reject(new StatementFailed(migration, line, error));
    });
    query.on('end', () => resolve());
    client.query(query);
  });
}

/** The line of the place that the server names; it names one for what it cannot read or find. */
function lineOf(
  error: Error,
  text: string,
  statements: readonly MigrationStatement[],
): number | undefined {
  const position = Number((error as pg.DatabaseError).position);
  if (!(position >= 1)) return undefined;
  // the server counts code points
  const before = [...text].slice(0, position - 1).join('');
  const index = before.split(`as "${mark}"`).length - 1;
  const statement = statements[index];
  if (statement === undefined) return undefined;
  const own = before.slice(before.lastIndexOf(`as "${mark}"`));
  const inside = index === 0 ? before : own.slice(own.indexOf('\n') + 1);
  const blank = /^\s*/.exec(statement.text)?.[0] ?? '';
  return statement.line + linesIn(inside) - linesIn(blank);
}

const linesIn = (text: string) => text.split('\n').length - 1;
