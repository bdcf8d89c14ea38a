import type { Statement } from './statement.ts';

/** A LIMIT at the very end, as its last parameter: as Drizzle and Kysely write it. */
const lastLimit = /\slimit \$(\d{1,5})\s*$/i;
/** Where it is looked for: reading the whole text takes longer than sending it. */
const tail = 20;
const wholeNumber = /^\d{1,9}$/;

/** So many limits of one statement get a text of their own: pages are of few sizes. */
const mostLimits = 4;

/** What a connection knows of limits: those that have a text of their own, by statement. */
interface Known {
  readonly limits: Map<string, Set<string>>;
  /** How many statements are kept. */
  readonly max: number;
}

/**
 * Writes the LIMIT of a statement into its text. PostgreSQL guesses a LIMIT that is a parameter at a
 * tenth of the rows, finds every plan for any LIMIT dearer than one for this LIMIT, and so plans a
 * prepared statement anew each time it runs: a list through Drizzle took longer than without
 * preparing. A limit that changes all the time stays a parameter. Only digits go into the text, which
 * mean a number and nothing else.
 */
export function withLimitInText(statement: Statement, known: Known): Statement {
  const { text, values } = statement;
  const limit = values.at(-1);
  if (typeof limit !== 'string' || !wholeNumber.test(limit)) return statement;
  const found = lastLimit.exec(text.slice(-tail));
  if (found === null) return statement;
  const parameter = `$${values.length}`;
  const onlyThere = text.indexOf(parameter) === text.lastIndexOf(parameter);
  // behind -- it would be a part of a comment
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
