import type { Statement } from './statement.ts';

/** A LIMIT at the very end, as its last parameter: as Drizzle and Kysely write it. */
const lastLimit = /\slimit \$(\d{1,5})\s*$/i;
/** How many characters at the end are searched: reading the whole text takes longer than sending it. */
const tail = 20;
const wholeNumber = /^\d{1,9}$/;

/** The most limits of one statement that get their own text; applications use few page sizes. */
const mostLimits = 4;

/** The limits that have their own text on a connection, by statement. */
interface Known {
  readonly limits: Map<string, Set<string>>;
  /** The most statements that are kept. */
  readonly max: number;
}

/**
 * Writes the LIMIT of a statement into its text. PostgreSQL estimates a LIMIT parameter at a tenth of the
 * rows. The generic plan then looks more expensive than the custom plan for the real LIMIT, so PostgreSQL
 * plans a prepared statement again on every run, and a list through Drizzle took longer than without
 * preparing. A limit that keeps changing stays a parameter. Only digits are written into the text, so
 * nothing can be injected.
 */
export function withLimitInText(statement: Statement, known: Known): Statement {
  const { text, values } = statement;
  const limit = values.at(-1);
  if (typeof limit !== 'string' || !wholeNumber.test(limit)) return statement;
  const found = lastLimit.exec(text.slice(-tail));
  if (found === null) return statement;
  const parameter = `$${values.length}`;
  const onlyThere = text.indexOf(parameter) === text.lastIndexOf(parameter);
  // after -- it would be part of a comment
  if (found[1] !== String(values.length) || !onlyThere || text.includes('--')) return statement;
  if (!isFew(known, text, limit)) return statement;
  return {
    ...statement,
    text: `${text.slice(0, text.lastIndexOf(parameter))}${Number(limit)}`,
    values: values.slice(0, -1),
  };
}

function isFew({ limits, max }: Known, text: string, limit: string): boolean {
  const few = limits.get(text) ?? new Set();
  if (few.size < mostLimits) few.add(limit);
  if (limits.size >= max && !limits.has(text)) limits.clear();
  limits.set(text, few);
  return few.has(limit);
}
