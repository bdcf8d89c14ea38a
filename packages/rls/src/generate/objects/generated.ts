import { type GenerateInput, generate } from '../generate.ts';
import type { Section } from '../section.ts';
import { dropStatement } from './drop-statement.ts';
import { readStatement } from './read.ts';
import { Standing } from './standing.ts';
import type { Change, GeneratedObject } from './types.ts';

/** What a statement of a section does, where it stands. */
interface Written {
  readonly section: string;
  readonly statement: string;
}

const known = new Map<string, readonly Change[]>();

/**
 * Reads a statement that `generate` wrote.
 * @throws Error when it is not understood: such a statement could not be followed through migrations
 */
export function readOwn(statement: string): readonly Change[] {
  const found = known.get(statement) ?? readStatement(statement);
  if (found === undefined) throw new Error(`a statement that is not understood: ${statement}`);
  known.set(statement, found);
  return found;
}

/** What stands when these sections have run on an empty database. */
export function standingAfter(sections: readonly Section[]): Standing<Written> {
  const standing = new Standing<Written>();
  for (const { id, statements } of sections) {
    for (const statement of statements) {
      standing.apply(readOwn(statement), { section: id, statement });
    }
  }
  return standing;
}

/**
 * Every object that the SQL of `generate` makes: functions, triggers, policies, rights, comments,
 * foreign keys, indexes, tables of schema `tenantry`. A right that is taken away stands there too, as
 * a grant without privileges: the role has none.
 *
 * What a block of plpgsql puts together at run time is not among them, nor what drizzle-kit writes.
 *
 * @throws TenantryError as `generate`
 * @example
 * ```ts
 * const policies = generatedObjects({ tenancy, schema }).filter(({ kind }) => kind === 'policy');
 * ```
 */
export function generatedObjects(input: GenerateInput): GeneratedObject[] {
  const { foundation, sections } = generate(input);
  return [...standingAfter([foundation, ...sections]).objects].map(({ sources, ...object }) => ({
    ...object,
    section: sources.at(-1)?.section ?? '',
    statement: sources.at(-1)?.statement ?? '',
    drop: dropStatement(object),
  }));
}
