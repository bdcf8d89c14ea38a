/** An error of the application or of a service that it calls, which passes unchanged. */
export const ofOthers = new Error('of others');

const nullPrototype = Object.freeze(Object.create(null) as object);
const throwing = Object.defineProperty({}, 'tenant', {
  enumerable: true,
  get: () => {
    throw ofOthers;
  },
});

/** Values that JavaScript lets a caller pass, each with its name. */
export const badValues: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['undefined', undefined],
  ['null', null],
  ['0', 0],
  ['-1', -1],
  ['1n', 1n],
  ['NaN', Number.NaN],
  ['true', true],
  ["''", ''],
  ["'text'", 'text'],
  ['[]', []],
  ['[null]', [null]],
  ['{}', {}],
  ['{ any: null }', { any: null }],
  ['() => {}', () => {}],
  ['Symbol()', Symbol('any')],
  ['Object.create(null)', nullPrototype],
  ['{ get tenant() }', throwing],
]);

/** One changed call: what was changed, and the arguments. */
export type Mutation = readonly [title: string, args: readonly unknown[]];

type Path = readonly (string | number)[];

/**
 * The calls that differ from a sound one in one place: an argument, an option or an option of an option is
 * replaced by each of the bad values, or an option is left out.
 */
export function* mutations(args: readonly unknown[]): Generator<Mutation> {
  for (const path of paths(args, [])) {
    for (const [name, value] of badValues)
      yield [`${titleOf(path)} = ${name}`, withValue(args, path, value) as unknown[]];
    if (path.length > 1 && typeof path.at(-1) === 'string')
      yield [`without ${titleOf(path)}`, without(args, path) as unknown[]];
  }
}

/** Where a plain object or a list can be changed, the arguments themselves first. */
function* paths(value: unknown, at: Path): Generator<Path> {
  if (at.length > 0) yield at;
  if (at.length > 4 || !isPlain(value)) return;
  for (const key of Object.keys(value))
    yield* paths(value[key], [...at, Array.isArray(value) ? Number(key) : key]);
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Array.isArray(value) ||
  (typeof value === 'object' &&
    value !== null &&
    !Object.isFrozen(value) &&
    Object.getPrototypeOf(value) === Object.prototype);

function withValue(of: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(of) ? [...of] : { ...(of as object) }) as Record<string, unknown>;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

function without(of: unknown, [key, ...rest]: Path): unknown {
  const copy = (Array.isArray(of) ? [...of] : { ...(of as object) }) as Record<string, unknown>;
  if (rest.length === 0) delete copy[key as string];
  else copy[key as string] = without(copy[key as string], rest);
  return copy;
}

const titleOf = ([argument, ...path]: Path): string =>
  [`argument ${Number(argument) + 1}`, ...path].join('.');
