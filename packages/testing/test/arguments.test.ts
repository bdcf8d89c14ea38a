import { TenantryError } from '@tenantry/core';
import { expect, test } from 'vitest';
import { type Callable, exportedFunctions } from './arguments/entries.ts';
import { excused } from './arguments/excused.ts';
import { mutations, ofOthers } from './arguments/mutations.ts';
import { ofCore } from './arguments/of-core.ts';
import { ofFeatures, type SoundCall } from './arguments/of-features.ts';
import { ofMethods } from './arguments/of-methods.ts';

// A wrong argument of what an application calls when it starts is an error of Tenantry, which says what
// was found and how to correct it.

const exported = await exportedFunctions();
const calls = new Map<string, SoundCall>([
  ...Object.entries(ofCore).map(([name, args]): [string, SoundCall] => [
    name,
    [exported.get(name) as Callable, args()],
  ]),
  ...Object.entries(ofFeatures(exported)),
]);

test('every exported function has a sound call, or a reason for none', () => {
  const open = [...exported.keys()].filter(
    (name) => !calls.has(name) && !excused.some(([names]) => names.test(name)),
  );
  expect(open).toEqual([]);
});

// no server answers: what is asked with sound arguments is POOL_UNAVAILABLE
test.each([...calls, ...ofMethods(exported)])('%s', async (_, [called, args]) => {
  expect(await failureOf(called, args)).toBe(undefined);
  const failures: string[] = [];
  for (const [title, changed] of mutations(args)) {
    const failure = await failureOf(called, changed);
    if (failure !== undefined) failures.push(`${title}: ${failure}`);
  }
  expect(failures).toEqual([]);
});

/** What takes further names, of pg, of a framework or of tables, and what takes no options at the end. */
const open =
  /^(core (createTenantPool|exemptionMatcher)|core\/next sharedTenantPool|core\/adapter createTenantGate|core\/placement routed|core\/log logFields|cli defineConfig|\S+ (guard|defineTables|counts|defineIsolation|shared|systemOnly|matches))$/;

const withOptions = [...calls].filter(
  ([name, [, args]]) =>
    !open.test(name) && Object.getPrototypeOf(args.at(-1) ?? 0) === Object.prototype,
);

test.each(withOptions)('%s refuses an option that it does not have', async (_, [called, args]) => {
  const options = { ...(args.at(-1) as object), otherwise: true };
  const refused = async () => called(...args.slice(0, -1), options);
  await expect(refused).rejects.toThrow(/otherwise.*_INVALID/s);
});

/** What a call threw that is neither an error of Tenantry nor of others. */
async function failureOf(called: Callable, args: readonly unknown[]): Promise<string | undefined> {
  try {
    const made = await called(...args);
    await (made as { stop?(): unknown } | undefined)?.stop?.();
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error];
    const failure = errors.find((each) => each !== ofOthers && !TenantryError.is(each));
    if (failure !== undefined) return String(failure);
  }
  return undefined;
}
