import { dropStatement } from '../objects/drop-statement.ts';
import type { StandingObject } from '../objects/standing.ts';
import { readOwn, standingAfter, type Written } from '../objects/standing-after.ts';
import { keyOf, type MadeObject } from '../objects/types.ts';
import type { Section } from '../section.ts';
import { isOurs, type Migrated, type Origin } from './read.ts';
import { refuseOtherSchema } from './schema.ts';

/** The differences between the declared objects and the migrations of a folder. */
export interface Missing {
  /** Sections to write, in order: changed ones, and those with a missing object. */
  readonly sections: readonly Section[];
  /** Objects that exist, are no longer declared, and can be removed. */
  readonly gone: readonly StandingObject<Origin>[];
  /**
   * Objects that are no longer declared but kept, because they may hold rows:
   * `table tenantry.audit_seals`.
   */
  readonly kept: readonly string[];
  /** Policies that a wrong answer in a prompt of drizzle-kit changed. */
  readonly mended: readonly StandingObject<Origin>[];
  /** Objects of a section that later migrations removed or changed. */
  readonly lost: readonly MadeObject[];
}

/** Compares the declared objects with the result of the migrations. */
export function missing(all: readonly Section[], migrated: Migrated): Missing {
  refuseOtherSchema(all, migrated);
  const expected = standingAfter(all);
  const gone = [...migrated.standing.objects].filter(
    (object) => isOurs(object) && expected.find(object) === undefined,
  );
  const mended = [...migrated.standing.objects].filter((object) => {
    const wanted = expected.find(object);
    return object.kind === 'policy' && wanted !== undefined && binding(wanted) !== binding(object);
  });
  return {
    sections: sectionsToWrite(all, migrated),
    gone: gone.filter((object) => dropStatement(object) !== undefined),
    kept: gone.filter(({ kind }) => kind === 'table' || kind === 'sequence').map(title),
    mended,
    lost: lostOf(all, expected, migrated).filter(
      (object) => !mended.some((each) => keyOf(each) === keyOf(object)),
    ),
  };
}

/** Only for sections that are already written: a table that does not exist yet has lost nothing. */
function lostOf(
  all: readonly Section[],
  expected: ReturnType<typeof standingAfter>,
  { standing, columns, marks }: Migrated,
): MadeObject[] {
  const written = new Set(all.filter(({ id, hash }) => marks.get(id) === hash).map(({ id }) => id));
  const stands = ({ schema, relation, of }: MadeObject) =>
    relation === '' ||
    of === 'function' ||
    columns.hasTable({ schema, name: relation }) ||
    standing.find({ kind: 'view', schema, relation: '', name: relation }) !== undefined;
  return [...expected.objects].filter(
    (object) =>
      (object.sources as readonly Written[]).every(({ section }) => written.has(section)) &&
      !isAsWanted(standing.find(object), object) &&
      stands(object),
  );
}

const title = ({ kind, schema, name }: MadeObject) => `${kind} ${schema}.${name}`;

/** A table is changed by ALTER TABLE, so what stands was made by an older CREATE TABLE. */
const isAsWanted = (found: MadeObject | undefined, wanted: MadeObject): boolean =>
  found?.hash === wanted.hash || (found !== undefined && wanted.kind === 'table');

const binding = ({ text }: MadeObject) => /\bas restrictive\b/.test(text);

/**
 * The sections that changed since they were last written, and those with a missing or different object. A
 * section from which another one removes something, such as a right, is written again too.
 */
function sectionsToWrite(all: readonly Section[], { standing, marks }: Migrated): Section[] {
  const expected = standingAfter(all);
  const chosen = new Set(all.filter(({ id, hash }) => marks.get(id) !== hash).map(({ id }) => id));
  for (let before = -1; before < chosen.size; ) {
    before = chosen.size;
    const after = standing.copy() as unknown as ReturnType<typeof standingAfter>;
    for (const { id, statements } of all) {
      if (!chosen.has(id)) continue;
      for (const statement of statements) {
        after.apply(readOwn(statement), { section: id, statement });
      }
    }
    for (const object of expected.objects) {
      if (isAsWanted(after.find(object), object)) continue;
      for (const { section } of object.sources as readonly Written[]) chosen.add(section);
    }
  }
  return all.filter(({ id }) => chosen.has(id));
}
