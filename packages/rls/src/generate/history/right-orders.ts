import type { Standing, StandingObject } from '../objects/standing.ts';
import type { Written } from '../objects/standing-after.ts';
import type { MadeObject, ObjectId } from '../objects/types.ts';
import { orderNote } from './deploy-orders.ts';
import { isOurs, type Origin } from './read.ts';
import { columnKey, shortened, shown } from './table-orders.ts';

type Before = Standing<Origin>;
type Expected = Standing<Written>;

/** Rights that roles lose: one sentence for each kind. */
export function rightNotes(
  before: Before,
  expected: Expected,
  renamed: ReadonlyMap<string, string | undefined>,
  own: string,
): string[] {
  const grants = [...before.objects].filter(
    (object) =>
      object.kind === 'grant' &&
      object.text !== '' &&
      isOurs(object) &&
      // a removed role is reported separately
      expected.find({ ...schemaGrant(own), name: object.name })?.text,
  );
  const lost = grants.flatMap((object) => {
    if (object.of !== 'table' || object.schema === own) return [];
    const privileges = lostOf(
      held(object.text, object, before),
      held(expected.find(object)?.text ?? '', object, expected),
      object,
      renamed,
    );
    if (privileges.length === 0) return [];
    return [`role ${object.name} loses ${shortened(privileges)} on ${shown(pathOf(object))}`];
  });
  const { gone, changed } = functionsOf(grants, before, expected);
  const isolated = [...before.objects].flatMap((object) =>
    becomesIsolated(object, expected) ? [shown(pathOf(object))] : [],
  );
  return [
    ...(isolated.length > 0
      ? [orderNote('becomes isolated', `isolated from here on: ${shortened(isolated)}`)]
      : []),
    ...(lost.length > 0 ? [orderNote('rights lost', lost.join(', '))] : []),
    ...(gone.length > 0 ? [orderNote('function gone', `gone: ${shortened(gone)}`)] : []),
    ...(changed.length > 0
      ? [orderNote('function changed', `other parameters: ${shortened(changed)}`)]
      : []),
  ];
}

const schemaGrant = (own: string): Omit<ObjectId, 'name'> => ({
  kind: 'grant',
  of: 'schema',
  schema: own,
  relation: '',
});

const pathOf = ({ schema: of, relation }: ObjectId) => ({ schema: of, name: relation });

/** The effective grant: a column that a trigger protects cannot be updated, whatever is granted. */
function held(
  text: string,
  { schema: of, relation }: ObjectId,
  standing: { readonly objects: Iterable<MadeObject> },
): string[] {
  const fixed = new Set(
    [...standing.objects].flatMap((object) => {
      if (object.kind !== 'trigger' || object.schema !== of || object.relation !== relation)
        return [];
      const [, list = ''] = /refuse_column_change \( (.*) \)/.exec(object.text) ?? [];
      return [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, column = '']) => `update (${column})`);
    }),
  );
  return text.split(', ').filter((privilege) => privilege !== '' && !fixed.has(privilege));
}

/** Privileges that are no longer wanted, without those of dropped columns. */
function lostOf(
  before: readonly string[],
  wanted: readonly string[],
  object: ObjectId,
  renamed: ReadonlyMap<string, string | undefined>,
): string[] {
  const lost = before.filter((privilege) => {
    const [, word = privilege, column] = /^(\w+) \((.*)\)$/.exec(privilege) ?? [];
    if (wanted.includes(privilege) || wanted.includes(word)) return false;
    if (column === undefined) return !wanted.some((each) => each.startsWith(`${word} (`));
    const key = columnKey(pathOf(object), column);
    if (!renamed.has(key)) return true;
    const to = renamed.get(key);
    return to !== undefined && !wanted.includes(`${word} (${to})`);
  });
  const keepsSome = wanted.some((each) => each.startsWith('update'));
  return keepsSome ? lost : [...new Set(lost.map((each) => each.replace(/ \(.*/s, '')))];
}

/** Functions that a role can no longer call, or not in the same way. */
function functionsOf(
  grants: readonly StandingObject<Origin>[],
  before: Before,
  expected: Expected,
): { readonly gone: string[]; readonly changed: string[] } {
  const bare = (name: string) => name.replace(/\(.*/s, '');
  const known = new Set(
    [...expected.objects]
      .filter(({ kind }) => kind === 'function')
      .map(({ schema: of, name }) => `${of}.${bare(name)}`),
  );
  const called = new Set(
    grants.flatMap(({ of, schema: at, relation }) => {
      if (of !== 'function') return [];
      const id: ObjectId = { kind: 'function', schema: at, relation: '', name: relation };
      return before.find(id) !== undefined && expected.find(id) === undefined
        ? [`${at}.${relation}`]
        : [];
    }),
  );
  const isChanged = (title: string) => known.has(bare(title));
  return {
    gone: [...called].filter((title) => !isChanged(title)),
    changed: [...called].filter(isChanged),
  };
}

function becomesIsolated(object: StandingObject<Origin>, expected: Expected): boolean {
  if (object.kind !== 'policy' || !object.name.endsWith('_shared_read') || !isOurs(object))
    return false;
  return [...expected.objects].some(
    ({ kind, schema: of, relation, name }) =>
      kind === 'policy' &&
      of === object.schema &&
      relation === object.relation &&
      name.includes('_tenant_floor'),
  );
}
