import { policyNames } from '../../fragments/policies.ts';
import { readStatement } from '../objects/read.ts';
import { Standing, type StandingObject } from '../objects/standing.ts';
import type { Change } from '../objects/types.ts';
import { splitStatements } from '../statements.ts';
import { Columns } from './columns.ts';

/** A migration of the folder. */
export interface MigrationFile {
  /** `0003_tenantry_isolation`: it is named in what is said of it. */
  readonly name: string;
  readonly text: string;
}

/** What wrote a statement. */
export interface Origin {
  readonly file: string;
  /** Whether `tenantry generate` wrote it; else drizzle-kit did, or a person. */
  readonly isOurs: boolean;
}

/** What the migrations of a folder leave in a database, when they run in their order. */
export interface Migrated {
  readonly standing: Standing<Origin>;
  readonly columns: Columns;
  /** The last hash of each section. */
  readonly marks: ReadonlyMap<string, string>;
}

const mark = /^-- tenantry:section (\S+) ([0-9a-f]{16})$/gm;
const ours = /^-- Written by `tenantry generate`/m;

/** What begins and ends our statements in a file of drizzle-kit. */
export const begins = '-- tenantry:begin';
export const ends = '-- tenantry:end';

/**
 * Reads migrations in their order. Each statement does to what stood before it what it would do in a
 * database: a table that is dropped takes its policies and triggers along, one that is renamed keeps
 * them. What people wrote counts as well; a statement that is not understood changes nothing.
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

/** What a statement of a migration does; nothing where it is not understood. */
export function changesOf(statement: string): readonly Change[] {
  const found = known.get(statement) ?? readStatement(statement) ?? [];
  known.set(statement, found);
  return found;
}

/** A file of ours is ours whole; in one of drizzle-kit what stands between two marks is. */
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
 * Whether an object is one that `generate` made. Of policies the name decides, because drizzle-kit
 * wrote and renamed them once.
 */
export function isOurs(object: StandingObject<Origin>): boolean {
  if (object.sources.some(({ isOurs }) => isOurs)) return true;
  if (object.kind !== 'policy') return false;
  return [object.relation, ...(object.formerly ?? [])].some((table) =>
    policyNames(table).includes(object.name),
  );
}
