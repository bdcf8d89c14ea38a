import { policyNames } from '../../fragments/policies.ts';
import { readStatement } from '../objects/read.ts';
import { Standing, type StandingObject } from '../objects/standing.ts';
import type { Change } from '../objects/types.ts';
import { splitStatements } from '../statements.ts';
import { Columns } from './columns.ts';

/** A migration of the folder. */
export interface MigrationFile {
  /** The name, used in messages: `0003_tenantry_isolation`. */
  readonly name: string;
  readonly text: string;
}

/** The writer of a statement. */
export interface Origin {
  readonly file: string;
  /** Whether `tenantry generate` wrote it, and not drizzle-kit or a person. */
  readonly isOurs: boolean;
}

/** The state of a database after all migrations of a folder. */
export interface Migrated {
  readonly standing: Standing<Origin>;
  readonly columns: Columns;
  /** The last hash of each section. */
  readonly marks: ReadonlyMap<string, string>;
}

const mark = /^-- tenantry:section (\S+) ([0-9a-f]{16})$/gm;
const ours = /^-- Written by `tenantry generate`/m;

/** The marks around our statements in a file of drizzle-kit. */
export const begins = '-- tenantry:begin';
export const ends = '-- tenantry:end';

/**
 * Replays migrations in order. Each statement has the effect that it would have in a database: dropping a
 * table drops its policies and triggers, renaming keeps them. Statements of people count as well; a
 * statement that is not understood changes nothing.
 */
export function readMigrations(files: Iterable<MigrationFile>): Migrated {
  const standing = new Standing<Origin>();
  const columns = new Columns();
  const marks = new Map<string, string>();
  for (const { name, text } of files) {
    for (const [, id = '', hash = ''] of text.matchAll(mark)) marks.set(id, hash);
    for (const part of partsOf(text)) {
      const origin: Origin = { file: name, isOurs: part.isOurs };
      for (const statement of splitStatements(part.text)) {
        standing.apply(changesOf(statement), origin);
        columns.apply(statement);
      }
    }
  }
  return { standing, columns, marks };
}

const known = new Map<string, readonly Change[]>();

/** The changes of a migration statement; none when it is not understood. */
export function changesOf(statement: string): readonly Change[] {
  const found = known.get(statement) ?? readStatement(statement) ?? [];
  known.set(statement, found);
  return found;
}

/** A file of ours is entirely ours; in a file of drizzle-kit only the text between two marks is. */
function partsOf(text: string): { readonly text: string; readonly isOurs: boolean }[] {
  if (ours.test(text)) return [{ text, isOurs: true }];
  return text.split(begins).flatMap((part, i) => {
    if (i === 0) return [{ text: part, isOurs: false }];
    const [inner = '', ...rest] = part.split(ends);
    return [
      { text: inner, isOurs: true },
      { text: rest.join(ends), isOurs: false },
    ];
  });
}

/**
 * Whether `generate` made an object. For policies the name decides, because earlier versions let
 * drizzle-kit write and rename them.
 */
export function isOurs(object: StandingObject<Origin>): boolean {
  if (object.sources.some(({ isOurs }) => isOurs)) return true;
  if (object.kind !== 'policy') return false;
  return [object.relation, ...(object.formerly ?? [])].some((table) =>
    policyNames(table).includes(object.name),
  );
}
