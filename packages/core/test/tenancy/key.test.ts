import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { type CacheKey, defineTenancy, type KeyPart } from '../../src/index.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const texts = defineTenancy({ tenant: 'account', id: 'text' });
const own = defineTenancy({ tenant: 'account', id: 'text', schema: 'accounts_tenancy' });
const system = { reason: 'warm the cache', actor: 'cron' };
const refused = (fn: () => unknown) => failure((async () => fn())());
const keyOf = (parts: readonly KeyPart[], tenant: string = acme) =>
  tenancy.run(tenant, () => tenancy.key(...parts));

// what escaping could confuse: its own signs, the separator, nothing at all, what has no UTF-8
const piece = fc.constantFrom(
  'a',
  'A',
  ':',
  '%',
  '%3A',
  '%25',
  'u',
  '*',
  '@',
  ' ',
  '\0',
  'é',
  '💠',
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join('')),
  fc.constantFrom('\ud800', '\udfff', '%ud800', '\ud83d', '@system'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const part: fc.Arbitrary<KeyPart> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const parts = fc.array(part, { maxLength: 4 });

/** The parts of a key, as texts: what can be read back was not confused. */
function readBack(key: string): string[] {
  return key
    .split(':')
    .slice(2)
    .map((escaped) =>
      escaped
        .split(/(%u[0-9a-f]{4})/)
        .map((run) =>
          run.startsWith('%u')
            ? String.fromCharCode(Number.parseInt(run.slice(2), 16))
            : decodeURIComponent(run),
        )
        .join(''),
    );
}

test('the parts can be read back from the key, whatever is in them', async () => {
  await fc.assert(
    fc.asyncProperty(parts, async (list) => {
      const key = await keyOf(list);
      expect(readBack(key)).toEqual(list.map(String));
      expect(key).toMatch(/^[\x21-\x7e]+$/);
    }),
    { numRuns: 500 },
  );
});

test('two lists of parts have the same key when their texts are the same, and only then', async () => {
  await fc.assert(
    fc.asyncProperty(parts, parts, async (one, other) => {
      const same = JSON.stringify(one.map(String)) === JSON.stringify(other.map(String));
      expect((await keyOf(one)) === (await keyOf(other))).toBe(same);
    }),
    { numRuns: 500 },
  );
});

test('no key of a tenant is or begins one of another tenant, another tenancy or the system', async () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,5}$/);
  await fc.assert(
    fc.asyncProperty(id, id, parts, parts, async (one, other, left, right) => {
      fc.pre(one !== other);
      const mine = await texts.run(one, () => texts.key(...left));
      const foreign = [
        await texts.run(other, () => texts.key(...right)),
        await texts.asSystem(system, () => texts.key(...right)),
        await own.run(one, () => own.key(...right)),
      ];
      for (const key of foreign) {
        expect(key).not.toBe(mine);
        expect(key.startsWith(`${mine}:`) || mine.startsWith(`${key}:`)).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});

test('it is read as setting, tenant and parts; a nested scope has the same', async () => {
  expect(await keyOf(['projects', 42])).toBe(`app.organization_id:${acme}:projects:42`);
  expect(await keyOf(['a b', true, 1n])).toBe(`app.organization_id:${acme}:a%20b:true:1`);
  expect(await keyOf([])).toBe(`app.organization_id:${acme}`);
  expect(await keyOf([''])).toBe(`app.organization_id:${acme}:`);
  expect(await own.run('a', () => own.key('x'))).toBe('accounts_tenancy.account_id:a:x');
  expect(await tenancy.run(acme, () => keyOf(['x']))).toBe(await keyOf(['x']));
});

test('system work has keys of its own, and takes those of a tenant in its scope', async () => {
  await tenancy.asSystem(system, async () => {
    expect(tenancy.key('totals')).toBe('app.organization_id:@system:totals');
    // a tenant may be called system
    expect(await texts.run('system', () => texts.key('totals'))).not.toContain('@');
    expect(await keyOf(['totals'], globex)).toBe(`app.organization_id:${globex}:totals`);
  });
});

test('a uuid in capitals is the same tenant', async () => {
  expect(await keyOf(['x'], acme.toUpperCase())).toBe(await keyOf(['x']));
});

test('outside of its scope there is no key', async () => {
  expect(await refused(() => tenancy.key('x'))).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  const other = await texts.run('acme', () => refused(() => tenancy.key('x')));
  expect(other).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  let late: () => unknown = () => undefined;
  await tenancy.run(acme, () => {
    late = tenancy.bind(() => tenancy.key('x'));
  });
  expect(await refused(late)).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
});

test('a claim that is not verified has no key, and has one from the first statement on', async () => {
  const pool = (await coreDatabase()).pool();
  const claim = { by: 'slug', value: 'acme' };
  await pool.enter({ claim, user: ada, verify: 'with-first-statement' }, async () => {
    expect(await refused(() => tenancy.key('x'))).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    await pool.query('select 1');
    expect(tenancy.key('x')).toBe(`app.organization_id:${acme}:x`);
  });
});

test('a part that is no text, no finite number and no boolean is refused', async () => {
  for (const wrong of [
    undefined,
    null,
    {},
    ['a'],
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Symbol(),
  ]) {
    const error = await refused(() => keyOf(['secret', wrong as KeyPart]));
    const found = expect.stringMatching(/^part 2 of key\(\), which is \w+$/);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', found });
  }
});

test('its type is told apart from a text', () => {
  expectTypeOf(tenancy.key).parameters.toEqualTypeOf<KeyPart[]>();
  expectTypeOf(tenancy.key).returns.toEqualTypeOf<CacheKey>();
  expectTypeOf<CacheKey>().toExtend<string>();
  expectTypeOf<string>().not.toExtend<CacheKey>();
});
