import { name } from '@tenantry/core/sql';
import type { GeneratedObject } from '../../generate/index.ts';
import { type Token, tokensOf } from '../../generate/objects/tokens.ts';
import type { Context } from './context.ts';
import { type Hanging, hangingKey, type LiveRelation, pathOf } from './live.ts';
import { objectTitle } from './titles.ts';
import type { Difference, Problem } from './types.ts';

const kinds = new Set(['policy', 'trigger', 'foreign key', 'constraint', 'index', 'default']);

/** The objects that depend on tables, with their table when it exists. */
export function hangingObjects({ wanted, live }: Pick<Context, 'wanted' | 'live'>): {
  readonly object: GeneratedObject;
  readonly table: LiveRelation;
  readonly found: Hanging | undefined;
}[] {
  return wanted.flatMap((object) => {
    if (!kinds.has(object.kind)) return [];
    const table = live.relations.get(pathOf(object.schema, object.relation));
    // a missing table is a finding of its own
    if (table === undefined) return [];
    const found = live.hanging.get(hangingKey(table.oid, object.kind, object.name));
    return [{ object, table, found }];
  });
}

const losses: Readonly<Record<string, string>> = {
  policy: 'rows that it kept apart are not, or nobody sees them',
  trigger: 'what it refused is allowed, and what it wrote is not written',
  'foreign key': 'rows may point at rows of other tenants, or at none',
  constraint: 'what it refused is allowed',
  index: 'what it made unique is not, or every tenant’s rows are read',
  default: 'new rows get another value, or none',
};

/** Policies, triggers, keys, indexes and defaults that are missing, changed or disabled. */
export function* compareHanging(context: Context): Generator<Difference> {
  const modes = new Map(
    context.wanted
      .filter(({ kind }) => kind === 'trigger mode')
      .map(({ schema, relation, name: own, text }) => [
        JSON.stringify([schema, relation, own]),
        text,
      ]),
  );
  for (const { object, table, found } of hangingObjects(context)) {
    const { kind, schema, relation } = object;
    const mode = modes.get(JSON.stringify([schema, relation, object.name])) ?? 'enable';
    const difference = (
      problem: Problem,
      what: string,
      evidence: readonly string[] = [],
    ): Difference => ({
      problem,
      title: `${kind} ${object.name}`,
      object: objectTitle(object),
      found: what,
      evidence,
      repair: repairOf(object, table.owner, context, problem, mode),
      wanted: object,
    });
    if (found === undefined) {
      yield difference('missing', `the ${kind} is gone: ${losses[kind]}.`);
      continue;
    }
    const should = expected(object, context);
    if (should === undefined && kind === 'policy') {
      const other = roughly(object.text, found.definition);
      if (other !== undefined)
        yield difference('changed', `the policy ${other}.`, [found.definition]);
    }
    if (should !== undefined && should !== comparable(found)) {
      yield difference('changed', `the ${kind} is not the one that generate makes.`, [
        `it says   ${comparable(found)}`,
        `it was made with   ${should}`,
      ]);
    }
    if (kind === 'trigger' && found.mode !== modeOf(mode)) {
      yield difference(
        'disabled',
        found.mode === 'D'
          ? `the trigger is switched off: ${losses.trigger}.`
          : 'the trigger runs for other sessions than those it was made for.',
      );
    }
    if (kind === 'index' && found.mode !== 'valid') {
      yield difference(
        'disabled',
        'the index is not valid: building it failed, and nothing uses it.',
      );
    }
  }
}

const modeOf = (text: string): string =>
  text.includes('always')
    ? 'A'
    : text.includes('replica')
      ? 'R'
      : text.includes('disable')
        ? 'D'
        : 'O';

/** The definition that the server should report; undefined when it is unknown. */
function expected(object: GeneratedObject, { shadows }: Context): string | undefined {
  if (object.kind === 'foreign key') return foreignKey(object.text);
  const shadow = shadows.hanging.get(object);
  return shadow && comparable(shadow);
}

/** Comparison without the server: whether a policy is permissive or restrictive, and its command. */
function roughly(text: string, definition: string): string | undefined {
  const { permissive, command } = JSON.parse(definition) as {
    permissive: boolean;
    command: string;
  };
  if (permissive === / as restrictive /.test(text)) {
    return permissive ? 'permits, where it should restrict' : 'restricts, where it should permit';
  }
  const [, of = 'all'] = / for (all|select|insert|update|delete) /.exec(text) ?? [];
  const letters: Readonly<Record<string, string>> = {
    select: 'r',
    insert: 'a',
    update: 'w',
    delete: 'd',
  };
  return command === (letters[of] ?? '*') ? undefined : `is not for ${of}`;
}

const comparable = ({ kind, definition }: Hanging): string =>
  kind === 'foreign key' ? foreignKey(definition) : definition;

/** Normalises the two spellings of a foreign key, of generate and of the catalogue. */
function foreignKey(text: string): string {
  const said = tokensOf(text)
    .map(({ value }: Token) => value)
    .join(' ');
  return said
    .replace(/ not valid$/, '')
    .replace(/ on (delete|update) no action/g, '')
    .replace(/references public \. /, 'references ');
}

/** One statement an entry: Citus takes no more. */
function repairOf(
  object: GeneratedObject,
  owner: string,
  { sections }: Context,
  problem: Problem,
  mode: string,
): string[] {
  const { kind, schema, relation, section, drop = '' } = object;
  const own = name(object.name).sql;
  const table = name(schema, relation).sql;
  const state = `alter table ${table} ${mode.replace(/ trigger$/, '')} trigger ${own};`;
  switch (kind) {
    case 'trigger':
      if (problem === 'disabled') return [state];
      return [drop, `${object.text.replace(/^create or replace /, 'create ')};`, state];
    case 'policy':
      // whoever repairs it need not be the owner, which the policy names as its login
      return [drop, `${object.text.replace(/, current_user (?=using)/, `, ${name(owner).sql} `)};`];
    case 'foreign key':
      // NOT VALID and its mark, then the validation of existing rows
      return [
        drop,
        object.statement,
        ...(sections.get(section) ?? []).filter((sql) =>
          sql.includes(`validate constraint ${own};`),
        ),
      ];
    case 'default':
      return [object.statement];
    case 'index':
      return problem === 'missing' ? [object.statement] : [drop, object.statement];
    default:
      return [drop, object.statement];
  }
}
