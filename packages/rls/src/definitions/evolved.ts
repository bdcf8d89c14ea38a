import type { Migrated } from '../generate/history/read.ts';
import { isOurs } from '../generate/history/read.ts';
import { compareDefinitions, type Definitions, type Difference } from './definitions.ts';

/** What {@link compareEvolved} found. */
export interface EvolvedDifferences {
  readonly differences: readonly Difference[];
  /** Objects that the user's own migrations made and that are not in the schema. */
  readonly own: readonly string[];
}

/**
 * Compares a database that went through all migrations with one that was created from today's schema. An
 * object that only the first has is not a difference when a person made it in a migration, or when it is
 * kept because it may hold rows.
 *
 * @param evolved the catalogue after all migrations
 * @param made the catalogue of a freshly created database
 * @param kept the kept objects, titled as by `missing`: `table tenantry.audit_seals`
 */
export function compareEvolved(
  evolved: Definitions,
  made: Definitions,
  { standing }: Migrated,
  kept: readonly string[] = [],
): EvolvedDifferences {
  const byHand = new Set(
    [...standing.objects].filter((object) => !isOurs(object)).map(({ name }) => bare(name)),
  );
  const stays = kept.map((title) => title.replace(/^\S+ /, ''));
  const all = compareDefinitions(evolved, made).filter(
    (each) =>
      !/ (?:schema )?drizzle(?:\.|$)/.test(each.object) &&
      (each.second !== undefined || !stays.some((name) => belongsTo(each, name))),
  );
  const isOwn = ({ object, second }: Difference) =>
    second === undefined && namesOf(object).some((name) => byHand.has(name));
  return {
    differences: all.filter((each) => !isOwn(each)),
    own: all.filter(isOwn).map(({ object }) => object),
  };
}

/** Whether an object is a table or sequence of this name, or a part of it; only its definition tells of an index. */
const belongsTo = ({ object, first }: Difference, name: string): boolean =>
  object
    .replaceAll('"', '')
    .split(' ')
    .some((word) => word === name || word.startsWith(`${name}.`)) ||
  (object.startsWith('index ') && first?.replaceAll('"', '').includes(` ON ${name} `) === true);

const bare = (name: string) => name.replace(/\(.*/s, '');

/** The names in a title: `trigger touch of public.projects` → touch, projects … */
const namesOf = (object: string): string[] => {
  const [, kind = '', rest = ''] =
    /^((?:rights of \S+ on )?\w+(?: \w+)?) (.*)$/s.exec(object) ?? [];
  if (kind === '') return [];
  const [first = ''] = rest.split(' of ');
  return [
    bare(first).replaceAll('"', ''),
    bare(first).split('.').at(-1)?.replaceAll('"', '') ?? '',
  ];
};
