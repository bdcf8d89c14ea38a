import { type Ddl, ddl, literal, name } from '@tenantry/core/sql';
import { Cursor, type Path } from '../objects/cursor.ts';
import { hung } from '../objects/made.ts';
import type { Change } from '../objects/types.ts';
import { changesOf } from './read.ts';

/** A statement, and its changes. */
export interface Step {
  readonly statement: string;
  readonly changes: readonly Change[];
}

export const stepOf = (statement: string): Step => ({ statement, changes: changesOf(statement) });

const table = String.raw`("(?:[^"]|"")+"(?:\."(?:[^"]|"")+")?)`;
const unnamedKey = new RegExp(
  String.raw`Unfortunately in current drizzle-kit[\s\S]*ALTER TABLE ${table} DROP CONSTRAINT "<constraint_name>"`,
);
const dropsConstraint = new RegExp(`^(ALTER TABLE ${table} DROP CONSTRAINT) (?!IF EXISTS)`, 'i');
const addsColumn = new RegExp(`^ALTER TABLE ${table} ADD COLUMN`, 'i');
const adds = new RegExp(
  `^(?:ALTER TABLE ${table} ADD (?:CONSTRAINT|PRIMARY KEY)|CREATE (?:UNIQUE )?INDEX .*? ON ${table} )`,
  'i',
);

/**
 * Reorders the statements of drizzle-kit so that they can run: keys and indexes after the columns that
 * they need. A primary key whose name drizzle-kit does not know (it leaves a comment for the user) is
 * looked up.
 */
export function inOrder(statements: readonly string[]): string[] {
  const added = new Set<string>();
  const tooEarly = [...statements].reverse().some((statement) => {
    const [, column] = addsColumn.exec(statement) ?? [];
    if (column !== undefined) added.add(column);
    const [, onTable, onIndex] = adds.exec(statement) ?? [];
    return added.has(onTable ?? onIndex ?? '');
  });
  if (!tooEarly) return [...statements];
  const isLate = (statement: string) => adds.test(statement);
  return [...statements.filter((each) => !isLate(each)), ...statements.filter(isLate)];
}

/** The table whose primary key drizzle-kit cannot name in this part of its file. */
export function keyWithoutName(part: string): string | undefined {
  const [, written] = unnamedKey.exec(part) ?? [];
  return written;
}

/** Drops the primary key of a table, whatever its name is. */
export function dropKey(written: string): Step {
  const path = Cursor.of(written).path() as Path;
  const target: Ddl = name(path.schema, path.name);
  const statement = ddl`
    do $tenantry$
    declare
      own_key constant name := (select conname from pg_constraint where conrelid = ${literal(target.sql)}::regclass and contype = 'p');
    begin
      if own_key is not null then
        execute format('alter table ${target} drop constraint %I', own_key);
      end if;
    end
    $tenantry$;
  `.sql;
  const id = hung('constraint', path, `${path.name}_pkey`);
  return { statement, changes: [{ does: 'drop', id, cascade: false }] };
}

/** drizzle-kit drops a key again that was dropped with its column. */
export const ifItIsThere = (statement: string): string =>
  statement.replace(dropsConstraint, '$1 IF EXISTS ');
