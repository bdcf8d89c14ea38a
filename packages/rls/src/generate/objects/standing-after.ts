import { chosenFor } from '../partitioned.ts';
import type { Section } from '../section.ts';
import { readStatement } from './read.ts';
import { Standing } from './standing.ts';
import type { Change } from './types.ts';

/** A statement of a section, with its changes. */
export interface Written {
  readonly section: string;
  readonly statement: string;
}

const known = new Map<string, readonly Change[]>();

/**
 * Parses a statement that `generate` wrote.
 * @throws Error when it is not understood, because such a statement could not be tracked through
 *   migrations
 */
export function readOwn(statement: string): readonly Change[] {
  const found = known.get(statement) ?? readStatement(statement);
  if (found === undefined) throw new Error(`a statement that is not understood: ${statement}`);
  known.set(statement, found);
  return found;
}

/**
 * The objects after these sections have run on an empty database.
 * @param partitioned the quoted paths of partitioned tables. Default: none.
 */
export function standingAfter(
  sections: readonly Section[],
  partitioned: ReadonlySet<string> = new Set(),
): Standing<Written> {
  const standing = new Standing<Written>();
  for (const { id, statements } of sections) {
    for (const statement of statements) {
      standing.apply(readOwn(chosenFor(statement, partitioned)), { section: id, statement });
    }
  }
  return standing;
}
