import { ddl, name } from '@tenantry/core/sql';
import type { Standing, StandingObject } from '../objects/standing.ts';
import type { Written } from '../objects/standing-after.ts';
import type { Change, MadeObject, ObjectId } from '../objects/types.ts';
import { changesOf, isOurs, type Origin } from './read.ts';

type Object = StandingObject<Origin>;

/**
 * Renames keys and indexes that drizzle-kit would drop and create again under a new name after a table
 * rename. Nothing is rebuilt, and references to them stay.
 */
export function withRenames(written: readonly string[], before: Standing<Origin>): string[] {
  const now = before.copy();
  const changes = written.map(changesOf);
  const losing = new Set(
    changes.flat().flatMap((change) => (isDropOf(change, 'column') ? [tableOf(change.id)] : [])),
  );
  const made = changes.flatMap((each, at) =>
    each.flatMap((change) => (change.does === 'make' ? [{ at, object: change.object }] : [])),
  );
  const left = new Set<number>();
  const renamed = written.map((statement, at) => {
    const old = changes[at]?.flatMap((change) => droppedKey(change, now))[0];
    now.apply(changes[at] ?? [], { file: '', isOurs: false });
    if (old === undefined || losing.has(tableOf(old))) return statement;
    const again = made.find((each) => !left.has(each.at) && isAgain(each.object, old));
    if (again === undefined) return statement;
    left.add(again.at);
    return rename(old, again.object.name);
  });
  return renamed.filter((_, at) => !left.has(at));
}

/** The new names of our foreign keys that contain the old name of their table. */
export function renamedKeys(
  now: Standing<Origin>,
  expected: Standing<Written>,
): ReadonlyMap<Object, string> {
  const names = new Map<Object, string>();
  for (const object of now.objects) {
    if (object.kind !== 'foreign key' || object.was === undefined || !isOurs(object)) continue;
    if (expected.find(object) !== undefined) continue;
    const again = [...expected.objects].find(
      (each) => isAgain(each, object) && now.find(each) === undefined,
    );
    if (again !== undefined) names.set(object.was, rename(object, again.name));
  }
  return names;
}

const isDropOf = (change: Change, kind: string): change is Change & { does: 'drop' } =>
  change.does === 'drop' && change.id.kind === kind;

const tableOf = ({ schema, relation }: ObjectId): string => JSON.stringify([schema, relation]);

function droppedKey(change: Change, now: Standing<Origin>): Object[] {
  if (isDropOf(change, 'constraint'))
    return [now.find(change.id)].filter((each) => each !== undefined);
  if (!isDropOf(change, 'index')) return [];
  const { schema, name: own } = change.id;
  return [...now.objects].filter(
    (each) => each.kind === 'index' && each.schema === schema && each.name === own,
  );
}

const isAgain = (object: MadeObject, old: MadeObject): boolean =>
  object.kind === old.kind &&
  tableOf(object) === tableOf(old) &&
  object.text === old.text &&
  object.name !== old.name;

function rename({ kind, schema, relation, name: own }: MadeObject, to: string): string {
  if (kind === 'index') return ddl`ALTER INDEX ${name(schema, own)} RENAME TO ${name(to)};`.sql;
  return ddl`ALTER TABLE ${name(schema, relation)} RENAME CONSTRAINT ${name(own)} TO ${name(to)};`
    .sql;
}
