import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSession, sessionSeconds, signSession } from '../src/session.ts';

const secret = 'a secret of the tests that is long enough';

test('a session names its user until it expires', () => {
  const cookie = signSession('mira', secret, 0);
  expect(readSession(cookie, secret, sessionSeconds * 1000 - 1)).toBe('mira');
  expect(readSession(cookie, secret, sessionSeconds * 1000)).toBeNull();
});

test('whatever was not signed with the secret names nobody', () => {
  const cookie = signSession('mira', secret);
  expect(readSession(undefined, secret)).toBeNull();
  expect(readSession(cookie, `${secret} and more`)).toBeNull();
  const others = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(cookie.length), fc.string()).map(([at, text]) => cookie.slice(0, at) + text),
  );
  const check = fc.property(others, (other) => {
    fc.pre(other !== cookie);
    // base64url may be written in more than one way; what it says is the same
    expect([null, 'mira']).toContain(readSession(other, secret));
    const [payload] = other.split('.');
    if (payload !== cookie.split('.')[0]) expect(readSession(other, secret)).toBeNull();
  });
  fc.assert(check);
});

test('a secret that can be guessed is refused', () => {
  expect(() => signSession('mira', 'secret')).toThrow('SESSION_SECRET');
});
