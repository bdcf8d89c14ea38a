import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toFetchRequest } from '../../src/adapter/index.ts';

describe('the address of a request', () => {
  const urlOf = async (url: string, host?: string) => {
    const incoming = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url });
    incoming.headers = host === undefined ? {} : { host };
    return new URL((await toFetchRequest(incoming)).url);
  };

  test.each([
    ['//evil.app/x', 'a.app', 'http://a.app//evil.app/x'],
    ['/\\evil.app/x', 'a.app', 'http://a.app//evil.app/x'],
    ['/a?b=//evil.app', 'a.app:3000', 'http://a.app:3000/a?b=//evil.app'],
    ['http://evil.app/x?y', 'a.app', 'http://a.app/x?y'],
    ['http://evil.app', 'a.app', 'http://a.app/'],
    ['*', 'a.app', 'http://a.app/'],
    ['/x', 'ada:secret@evil.app', 'http://localhost/x'],
    ['/x', undefined, 'http://localhost/x'],
  ])('%s at %s', async (sent, host, expected) => {
    expect((await urlOf(sent, host)).href).toBe(expected);
  });

  test('has the host that the client named, or none, whatever the target', async () => {
    const piece = fc.constantFrom('/', '//', '\\', '?', '#', ':', '@', '.', '..', '*', '%2f', 'a');
    const text = fc.oneof(
      fc
        .array(fc.oneof(piece, fc.webUrl(), fc.string({ maxLength: 4 })))
        .map((all) => all.join('')),
      fc.webUrl(),
    );
    await fc.assert(
      fc.asyncProperty(text, async (target) => {
        const url = await urlOf(target, 'a.app:3000');
        expect([url.host, url.username, url.protocol]).toEqual(['a.app:3000', '', 'http:']);
      }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (host) => {
        expect((await urlOf('/orgs/x?y=1', host)).href).toMatch(/^http:\/\/[^/@]+\/orgs\/x\?y=1$/);
      }),
    );
  });
});
