import { name } from '@tenantry/core/sql';
import { policyNames } from '../../fragments/policies.ts';
import { closedPolicy } from '../../generate/history/removals.ts';
import type { GeneratedObject } from '../../generate/index.ts';
import { tokensOf } from '../../generate/objects/tokens.ts';
import { type Context, isTrusted } from './context.ts';
import { commentKey, pathOf } from './live.ts';
import { kindTitle, objectTitle } from './titles.ts';
import type { Difference, Problem } from './types.ts';

/** Schemas, types, tables, row security, comments, owners; and foreign objects that depend on ours. */
export function* compareOthers(context: Context): Generator<Difference> {
  const { wanted, live, roles } = context;
  for (const object of wanted) {
    const { kind, of, schema, relation } = object;
    const difference = (problem: Problem, found: string, repair: string[]): Difference => ({
      problem,
      title: kindTitle(object),
      object: objectTitle(object),
      found,
      evidence: [],
      repair,
      wanted: object,
    });
    if (kind === 'role' && !roles.has(object.name)) {
      yield difference('missing', 'there is no such role.', [object.statement]);
    }
    if (kind === 'table' || kind === 'view' || kind === 'sequence') {
      const found = live.relations.get(pathOf(schema, object.name));
      if (found === undefined) {
        // a table of the application that a feature changed has rows, which no statement can restore
        const ours = schema === context.schema;
        yield difference('missing', `the ${kind} is gone.`, ours ? whole(context, object) : []);
      } else if (!isTrusted(context, found.owner)) {
        yield difference(
          'owner',
          `the ${kind} belongs to ${found.owner} and not to ${context.owner}: no policy keeps its owner from changing it.`,
          [
            `alter ${kind} ${name(schema, object.name).sql} owner to ${name(context.owner ?? '').sql};`,
          ],
        );
      }
    }
    if (kind === 'schema' || kind === 'type') {
      const found = live.names.get(JSON.stringify([kind, schema, object.name]));
      if (found === undefined) {
        yield difference('missing', `the ${kind} is gone.`, [object.statement]);
      } else if (kind === 'schema' && !isTrusted(context, found)) {
        yield difference(
          'owner',
          `the schema belongs to ${found} and not to ${context.owner}: whoever owns it may drop what stands in it.`,
          [`alter schema ${name(schema).sql} owner to ${name(context.owner ?? '').sql};`],
        );
      }
    }
    if (kind === 'row security') {
      const table = live.relations.get(pathOf(schema, relation));
      if (table !== undefined && !(object.name === 'force' ? table.force : table.enable)) {
        yield difference(
          'disabled',
          object.name === 'force'
            ? 'FORCE is off: no policy binds the owner of the table, nor what runs with its rights.'
            : 'row-level security is off: no policy of the table does anything.',
          [object.statement],
        );
      }
    }
    if (kind === 'row security' && object.name === 'enable') {
      const table = live.relations.get(pathOf(schema, relation));
      if (table !== undefined && !isTrusted(context, table.owner)) {
        const target = name(schema, relation).sql;
        yield difference(
          'owner',
          `the table belongs to ${table.owner} and not to ${context.owner}, who owns the others: its owner may change it, policies included.`,
          [`alter table ${target} owner to ${name(context.owner ?? '').sql};`],
        );
      }
    }
    if (kind === 'comment' && hasTarget(context, object)) {
      const said = live.comments.get(commentKey(of ?? '', schema, relation, object.name));
      const should = tokensOf(object.text).at(-1)?.value;
      if (said !== should) {
        yield difference(
          'changed',
          'the comment is not the one that generate writes, by which it knows its own again.',
          [`${object.text};`],
        );
      }
    }
  }
  if (context.whole) yield* foreignHanging(context);
}

/** The whole section of an object, in its order; each section is idempotent. */
const whole = ({ sections }: Context, { section }: GeneratedObject): string[] => [
  ...(sections.get(section) ?? []),
];

/** A comment on a missing object is not a separate finding. */
function hasTarget(
  { wanted, live }: Context,
  { of, schema, relation, name: own }: GeneratedObject,
) {
  if (of === 'function') return live.functions.has(pathOf(schema, relation));
  if (of === 'index')
    return [...live.hanging.values()].some((h) => h.kind === 'index' && h.name === relation);
  const table = live.relations.get(pathOf(schema, relation));
  if (table === undefined || own === '') return table !== undefined;
  return (
    wanted.length > 0 &&
    [...live.hanging.values()].some((each) => each.table === table.oid && each.name === own)
  );
}

/** Undeclared triggers that call our functions, policies with our names, and keys with our mark. */
function* foreignHanging({ wanted, live, schema }: Context): Generator<Difference> {
  const known = new Set(
    wanted.map(({ kind, schema, relation, name: own }) =>
      JSON.stringify([kind, schema, relation, own]),
    ),
  );
  const tables = new Map([...live.relations.values()].map((table) => [table.oid, table]));
  for (const { table: oid, kind, name: own, definition } of live.hanging.values()) {
    const table = tables.get(oid);
    if (table === undefined || known.has(JSON.stringify([kind, table.schema, table.name, own])))
      continue;
    const mark = live.comments.get(commentKey('constraint', table.schema, table.name, own)) ?? '';
    const ours =
      kind === 'trigger'
        ? table.schema === schema || definition.includes(`EXECUTE FUNCTION ${schema}.`)
        : kind === 'foreign key'
          ? /^tenantry\S* [0-9a-f]{16}$/.test(mark)
          : kind === 'policy' &&
            (table.schema === schema ||
              policyNames(table.name).includes(own) ||
              own === closedPolicy);
    // a partition has the objects of its parent, and months come and go
    if (
      !ours ||
      (table.schema === schema &&
        !known.has(JSON.stringify(['table', table.schema, '', table.name])))
    )
      continue;
    const title = table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
    yield {
      problem: 'foreign',
      title: `${kind} ${own}`,
      object: `${title}.${own}`,
      found: `nothing that generate makes: the ${kind} was left by a feature that is gone, or put there by somebody else.`,
      evidence: [definition],
      repair: [
        kind === 'foreign key'
          ? `alter table ${name(table.schema, table.name).sql} drop constraint ${name(own).sql};`
          : `drop ${kind} ${name(own).sql} on ${name(table.schema, table.name).sql};`,
      ],
      wanted: undefined,
    };
  }
}
