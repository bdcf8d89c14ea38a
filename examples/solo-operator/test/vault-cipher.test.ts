import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { TenantryError } from '@tenantry/core';
import { isStorableText } from '@tenantry/core/sql';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt } from '../src/vault/cipher.ts';
import { openSecret, type SecretPlace, sealSecret } from '../src/vault/secret.ts';
import { readWrappingKeys } from '../src/vault/wrapping-keys.ts';

// The vault without a database: what a ciphertext is worth to whoever has it, and lacks the key or the row.

const key = () => createSecretKey(randomBytes(32));
const newKey = () => randomBytes(32).toString('base64');
const dataKey = key();
const place: SecretPlace = { tenant: 'studio', item: 'item', keyVersion: 1 };

const secrets = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter(isStorableText);
const bindings = fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 });
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return TenantryError.is(error) ? error.code : String(error);
  }
};

describe('a secret', () => {
  test('comes back as it was, in its own place', () => {
    const check = fc.property(secrets, (secret) => {
      expect(openSecret(dataKey, sealSecret(dataKey, secret, place), place)).toBe(secret);
    });
    fc.assert(check);
  });

  test('is not read in another row, another tenant, or under another version of the key', () => {
    const places = fc.record({ tenant: fc.string(), item: fc.string(), keyVersion: fc.nat() });
    const changes = fc.constantFrom('tenant', 'item', 'keyVersion');
    const check = fc.property(places, places, changes, (one, another, part) => {
      fc.pre(one[part] !== another[part]);
      const sealed = sealSecret(dataKey, 'hunter2', one);
      const moved = { ...one, [part]: another[part] };
      expect(codeOf(() => openSecret(dataKey, sealed, moved))).toBe('VAULT_UNREADABLE');
    });
    fc.assert(check);
  });

  test('is not read by another key', () => {
    const sealed = sealSecret(dataKey, 'hunter2', place);
    expect(codeOf(() => openSecret(key(), sealed, place))).toBe('VAULT_UNREADABLE');
  });

  test('is never encrypted to the same text twice, and does not tell its length', () => {
    const seals = Array.from({ length: 50 }, (_, n) =>
      sealSecret(dataKey, 'x'.repeat(n + 1), place),
    );
    expect(new Set(seals).size).toBe(50);
    expect(new Set(seals.map(({ length }) => length)).size).toBe(1);
    expect(sealSecret(dataKey, 'same', place)).not.toBe(sealSecret(dataKey, 'same', place));
  });

  test.each([
    ['', 'nothing'],
    ['x'.repeat(8001), 'too long'],
    ['a\0b', 'NUL'],
    ['\ud800', 'half'],
  ])('that is %j is refused, without a word of it (%#)', (secret) => {
    expect(codeOf(() => sealSecret(dataKey, secret, place))).toBe('VAULT_SECRET_INVALID');
  });
});

describe('a ciphertext', () => {
  test('is refused with any bit changed', () => {
    const sealed = Buffer.from(encrypt(dataKey, Buffer.from('hunter2'), ['a']), 'base64');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decrypt(dataKey, changed.toString('base64'), ['a'])).toBeUndefined();
    }
  });

  test('is refused with any character changed, left out or added, and any other text with it', () => {
    const sealed = encrypt(dataKey, Buffer.from('hunter2'), ['a']);
    const edits = fc.tuple(fc.nat(sealed.length), fc.nat(2), fc.string({ maxLength: 2 }));
    const edited = edits.map(
      ([at, drop, add]) => sealed.slice(0, at) + add + sealed.slice(at + drop),
    );
    const check = fc.property(fc.oneof(edited, fc.string(), fc.base64String()), (text) => {
      fc.pre(text !== sealed);
      expect(decrypt(dataKey, text, ['a'])).toBeUndefined();
    });
    fc.assert(check, { numRuns: 500 });
  });

  test('belongs to its binding: parts that only look alike when joined are others', () => {
    expect(
      decrypt(dataKey, encrypt(dataKey, Buffer.from('x'), ['a', 'bc']), ['ab', 'c']),
    ).toBeUndefined();
    expect(decrypt(dataKey, encrypt(dataKey, Buffer.from('x'), [1]), ['1'])).toBeUndefined();
    const check = fc.property(bindings, bindings, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      const plain = decrypt(dataKey, encrypt(dataKey, Buffer.from('x'), one), other);
      expect(plain?.toString()).toBe(same ? 'x' : undefined);
    });
    fc.assert(check);
  });
});

describe('VAULT_KEYS', () => {
  const [first, second] = [newKey(), newKey()];

  test('wraps a data key, and unwraps it to the same key', () => {
    const keys = readWrappingKeys(first);
    const wrapped = keys.create('studio', 1);
    expect(keys.unwrap(wrapped).equals(keys.unwrap(wrapped))).toBe(true);
    expect(keys.unwrap(keys.create('studio', 1)).equals(keys.unwrap(wrapped))).toBe(false);
  });

  test('unwraps with a former key, and wraps the same data key with the new one', () => {
    const before = readWrappingKeys(first);
    const wrapped = before.create('studio', 1);
    const both = readWrappingKeys(`${second}, ${first}`);
    const again = both.rewrap(wrapped);
    expect(again.wrappedBy).toBe(readWrappingKeys(second).current);
    expect(readWrappingKeys(second).unwrap(again).equals(before.unwrap(wrapped))).toBe(true);
    expect(codeOf(() => before.unwrap(again))).toBe('VAULT_KEY_MISSING');
  });

  test('does not unwrap the key of another tenant or version, nor one that says it is wrapped by another', () => {
    const keys = readWrappingKeys(`${first},${second}`);
    const wrapped = keys.create('studio', 1);
    const by = readWrappingKeys(second).current;
    for (const other of [{ tenant: 'other' }, { version: 2 }, { wrappedBy: by }])
      expect(codeOf(() => keys.unwrap({ ...wrapped, ...other }))).toBe('VAULT_UNREADABLE');
  });

  test.each([
    undefined,
    '',
    ',',
    'secret',
    `${first},`,
    randomBytes(16).toString('base64'),
    `${first}x`,
  ])('that is no list of keys is refused: %#', (list) => {
    expect(codeOf(() => readWrappingKeys(list))).toBe('VAULT_KEY_INVALID');
  });

  test('are not shown when they are printed', () => {
    const keys = readWrappingKeys(first);
    const shown = inspect([keys, keys.unwrap(keys.create('a', 1))], { depth: 9, showHidden: true });
    expect(shown).not.toContain(first);
    expect(shown).not.toMatch(/Buffer|[0-9a-f]{40}/);
  });
});
