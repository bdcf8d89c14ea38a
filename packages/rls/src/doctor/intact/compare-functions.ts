import { name } from '@tenantry/core/sql';
import type { GeneratedObject } from '../../generate/index.ts';
import { tokensOf } from '../../generate/objects/tokens.ts';
import { type Context, isTrusted } from './context.ts';
import { type LiveFunction, pathOf } from './live.ts';
import { rightsRepair, wantedPrivileges } from './rights.ts';
import { kindTitle, objectTitle } from './titles.ts';
import type { Difference } from './types.ts';

/** Functions that are missing, changed, owned by somebody else, or not ours. */
export function* compareFunctions(context: Context): Generator<Difference> {
  const { wanted, live } = context;
  const owners = new Map(
    wanted
      .filter(({ kind, of }) => kind === 'owner' && of === 'function')
      .map((object) => [pathOf(object.schema, object.relation), object.text]),
  );
  const known = new Set<string>();
  for (const object of wanted.filter(({ kind }) => kind === 'function')) {
    const path = pathOf(object.schema, object.name);
    known.add(path);
    const found = live.functions.get(path);
    const common = { title: kindTitle(object), object: objectTitle(object), wanted: object };
    if (found === undefined) {
      yield {
        ...common,
        problem: 'missing',
        found: 'the function is gone: whatever calls it fails, and what it refused is allowed.',
        evidence: [],
        repair: [
          terminated(object.statement),
          ...ownerRepair(object, owners.get(path)),
          ...ofFunction(context, object),
        ],
      };
      continue;
    }
    const changed = differences(object, found, context);
    if (changed.length > 0) {
      yield {
        ...common,
        problem: 'changed',
        found: `the function is not the one that generate makes: ${changed.map(({ what }) => what).join(', ')}.`,
        evidence: changed.flatMap(({ evidence }) => evidence),
        repair: replacement(object, changed, [
          ...ownerRepair(object, owners.get(path)),
          ...ofFunction(context, object),
        ]),
      };
    }
    const owner = owners.get(path);
    const strange = owner === undefined ? !isTrusted(context, found.owner) : owner !== found.owner;
    if (strange) {
      const should = owner ?? context.owner ?? '';
      yield {
        ...common,
        problem: 'owner',
        found: `the function belongs to ${found.owner} and not to ${should}${found.definer ? ', with whose rights it is meant to run' : '; whoever owns it can replace it'}.`,
        evidence: [],
        // a change of the owner also changes who may call a function
        repair: [...ownerRepair(object, should), ...ofFunction(context, object)],
      };
    }
  }
  if (context.whole) yield* foreignFunctions(context, known);
}

/** Foreign functions in the schema of the tenancy, where nobody else may create objects. */
function* foreignFunctions(
  { live, schema }: Context,
  known: ReadonlySet<string>,
): Generator<Difference> {
  for (const [path, found] of live.functions) {
    if (found.schema !== schema || known.has(path)) continue;
    const at = found.name.indexOf('(');
    const signature = `${name(found.schema, found.name.slice(0, at)).sql}${found.name.slice(at)}`;
    yield {
      problem: 'foreign',
      title: `function ${found.schema}.${found.name}`,
      object: `${found.schema}.${found.name}`,
      found: found.definer
        ? `nothing that generate makes; it runs with the rights of ${found.owner}, in the schema where only functions of Tenantry stand.`
        : 'nothing that generate makes, in the schema where only functions of Tenantry stand: left by a feature that is gone, or put there by somebody else.',
      evidence: [],
      repair: found.definer ? [`revoke all on function ${signature} from public;`] : [],
      wanted: undefined,
    };
  }
}

interface Change {
  readonly what: string;
  readonly evidence: readonly string[];
}

function differences(object: GeneratedObject, found: LiveFunction, { shadows }: Context): Change[] {
  const shadow = shadows.functions.get(object);
  if (shadow === undefined) return roughly(object, found);
  const changed = Object.keys(shadow.attributes)
    .filter(
      (key) => JSON.stringify(shadow.attributes[key]) !== JSON.stringify(found.attributes[key]),
    )
    .map((key) => ({
      what: `its ${key} ${key === 'arguments' || key === 'settings' ? 'are' : 'is'} other`,
      evidence: [
        `${key} ${shown(found.attributes[key])}, made with ${shown(shadow.attributes[key])}`,
      ],
    }));
  const sameBody = bodyOf(object, shadow.body) === bodyOf(object, found.body);
  return [...(sameBody ? [] : [{ what: 'its code is other', evidence: [] }]), ...changed];
}

/** Comparison without the server: the code, and whether it is security definer. */
function roughly(object: GeneratedObject, found: LiveFunction): Change[] {
  const tokens = tokensOf(object.text);
  // a body written as RETURN … is stored as a tree, without text
  const body = tokens.find(
    ({ kind }, i) => (kind === 'body' || kind === 'literal') && tokens[i - 1]?.value === 'as',
  );
  const definer = / security definer /.test(object.text.split(body?.text ?? ' return ')[0] ?? '');
  const isSql = body === undefined || object.text.includes('{');
  return [
    ...(isSql || bodyOf(object, body.value) === bodyOf(object, found.body)
      ? []
      : [{ what: 'its code is other', evidence: [] }]),
    ...(definer === found.definer ? [] : [{ what: 'its security definer is other', evidence: [] }]),
  ];
}

/** The body that a block makes may contain a number that was computed when it ran. */
const bodyOf = ({ statement }: GeneratedObject, body: string): string =>
  /^\s*do\b/i.test(statement) ? body.replace(/\d+/g, '0') : body;

const shown = (value: unknown): string =>
  value === null || value === undefined
    ? 'none'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

const terminated = (sql: string): string => (sql.trimEnd().endsWith(';') ? sql : `${sql};`);

/** A changed result type or argument name requires dropping and recreating the function. */
function replacement(
  object: GeneratedObject,
  changed: readonly Change[],
  rest: readonly string[],
): string[] {
  const anew = changed.some(({ what }) => /^its (arguments|returns|kind) /.test(what));
  const make = /^\s*do\b/i.test(object.statement)
    ? `${object.text.replace(/^create function/, 'create or replace function')};`
    : terminated(object.statement);
  return anew ? [object.drop ?? '', make, ...rest] : [make];
}

/** PostgreSQL requires a new owner to have CREATE on the schema; it is granted only for this moment. */
function ownerRepair(
  { schema, name: signature }: GeneratedObject,
  role: string | undefined,
): string[] {
  if (role === undefined || role === '') return [];
  const at = signature.indexOf('(');
  const target = `${name(schema, signature.slice(0, at)).sql}${signature.slice(at)}`;
  return [
    [
      `grant create on schema ${name(schema).sql} to ${name(role).sql};`,
      `alter function ${target} owner to ${name(role).sql};`,
      `revoke create on schema ${name(schema).sql} from ${name(role).sql};`,
    ].join('\n'),
  ];
}

/** The rights and the comment of a recreated function. */
function ofFunction(
  { wanted, version }: Context,
  { schema, name: signature }: GeneratedObject,
): string[] {
  return wanted
    .filter((other) => other.of === 'function' && other.schema === schema)
    .filter(({ relation }) => relation === signature)
    .flatMap((other) => {
      if (other.kind === 'grant')
        return rightsRepair(other, other.name, wantedPrivileges(other, version));
      return other.kind === 'comment' ? [`${other.text};`] : [];
    });
}
