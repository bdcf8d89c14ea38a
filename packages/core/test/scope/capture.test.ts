import { fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { defineTenancy } from '../../src/index.ts';
import { acme, ada, bob, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';
import type { Answer, Job } from './programs/worker.ts';

const database = await coreDatabase();
const pool = database.pool();
const secret = 'a secret of the tests, long enough to be one';
const otherSecret = 'another secret of the tests, as long as that';
const word = { tenant: 'organization', id: 'uuid' } as const;
const names = async () =>
  (await pool.query('select name from projects order by name')).rows.map(({ name }) => name);
const captureAs = (user: string, organizationId = acme) =>
  tenancy.run({ organizationId, user, requestId: 'r-7' }, () => tenancy.capture());

afterEach(() => {
  vi.useRealTimers();
});

async function inWorker(job: Job): Promise<Answer> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const worker = fork(new URL('./programs/worker.ts', import.meta.url), {
    execArgv: ['--import', tsx],
  });
  worker.send(job);
  const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return answer as Answer;
}

describe('a captured scope', () => {
  test('goes on in another process, as the same member', async () => {
    const token = await captureAs(ada);
    expect(await inWorker({ token, secret, connectionString: database.web })).toEqual({
      names: ['Anvil', 'Rocket'],
      current: { organizationId: acme, user: ada, requestId: 'r-7', facts: null },
    });
    expect(await inWorker({ token, secret: otherSecret, connectionString: database.web })).toEqual({
      code: 'CAPTURE_INVALID',
    });
  });

  test('is text that fits into a job', async () => {
    expect(await captureAs(ada)).toMatch(/^[\w-]+\.[\w-]+$/);
    expect((await captureAs('x'.repeat(200))).length).toBeLessThan(1000);
  });

  test('keeps on whose behalf somebody acts, and no secret', async () => {
    const token = await tenancy.run(
      { organizationId: acme, user: ada, onBehalfOf: bob, ip: '::1' },
      () => tenancy.capture(),
    );
    const current = await pool.resume(token, () => tenancy.current());
    expect(current).toEqual({
      organizationId: acme,
      user: ada,
      onBehalfOf: bob,
      ip: '::1',
      facts: null,
    });
    expect(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).not.toContain(secret);
  });

  test('of a trusted job without a user only needs the tenant to exist', async () => {
    const token = await tenancy.run(globex, () => tenancy.capture());
    expect(await pool.resume(token, names)).toEqual(['Reactor']);
  });

  test('ends with the membership', async () => {
    const token = await captureAs(ada);
    await database.ask('delete from memberships where user_id = $1', [ada]);
    try {
      expect(await failure(pool.resume(token, names))).toMatchObject({
        code: 'TENANT_NOT_FOUND',
        status: 404,
      });
    } finally {
      await database.ask('insert into memberships values ($1, $2)', [acme, ada]);
    }
    expect(await pool.resume(token, names)).toEqual(['Anvil', 'Rocket']);
  });

  test('of a tenant that is gone finds nothing', async () => {
    const nobody = '00000000-0000-4000-8000-00000000dead';
    const token = await tenancy.run(nobody, () => tenancy.capture());
    expect(await failure(pool.resume(token, names))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  test('expires', async () => {
    const token = await tenancy.run(acme, () => tenancy.capture({ expiresInSeconds: 60 }));
    vi.useFakeTimers({ now: Date.now() + 59_000, toFake: ['Date'] });
    expect(await pool.resume(token, names)).toHaveLength(2);
    vi.setSystemTime(Date.now() + 3000);
    const error = await failure(pool.resume(token, names));
    expect(error).toMatchObject({ code: 'CAPTURE_INVALID', status: 401 });
    expect(error.message).toContain('expired');
  });

  test.each([0, -1, 1.5, Number.NaN, 31_536_001])(
    'for %d seconds is refused',
    async (expiresInSeconds) => {
      const run = tenancy.run(acme, () => tenancy.capture({ expiresInSeconds }));
      expect(await failure(run)).toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );

  test('needs a secret, and a scope', async () => {
    const bare = defineTenancy(word);
    expect(await failure(bare.run(acme, () => bare.capture()))).toMatchObject({
      code: 'CONFIG_INVALID',
    });
    expect(() => tenancy.capture()).toThrow('TENANT_CONTEXT_MISSING');
    expect(() => defineTenancy({ ...word, secret: 'too short' })).toThrow('secret');
  });
});

describe('secrets that are rotated', () => {
  test('the first signs, all of them verify, others do not', async () => {
    const before = defineTenancy({ ...word, secret });
    const during = defineTenancy({ ...word, secret: [otherSecret, secret] });
    const after = defineTenancy({ ...word, secret: otherSecret });
    const old = await before.run(acme, () => before.capture());
    const young = await during.run(acme, () => during.capture());
    expect(during.openCapture(old).organizationId).toBe(acme);
    expect(during.openCapture(young).organizationId).toBe(acme);
    expect(after.openCapture(young).organizationId).toBe(acme);
    expect(() => after.openCapture(old)).toThrow('CAPTURE_INVALID');
    expect(() => before.openCapture(young)).toThrow('CAPTURE_INVALID');
  });
});

describe('a token that is not what it seems', () => {
  const forge = (body: unknown, key = secret, prefix = 'tenantry-scope-1.') => {
    const text = Buffer.from(JSON.stringify(body)).toString('base64url');
    return `${text}.${createHmac('sha256', key)
      .update(prefix + text)
      .digest('base64url')}`;
  };
  const claims = { setting: 'app.organization_id', tenant: acme, actor: null, expires: 4e9 };

  test('would be accepted if it were genuine', () => {
    expect(tenancy.openCapture(forge(claims)).organizationId).toBe(acme);
  });

  const forgeries: Record<string, unknown> = {
    'signed with another secret': forge(claims, otherSecret),
    'signed for something else': forge(claims, secret, ''),
    'of another tenancy': forge({ ...claims, setting: 'app.workspace_id' }),
    'with another body': `${forge({ ...claims, tenant: globex }).split('.')[0]}.${forge(claims).split('.')[1]}`,
    'without a signature': forge(claims).split('.')[0],
    'with an empty signature': `${forge(claims).split('.')[0]}.`,
    'with a third part': `${forge(claims)}.x`,
    'no string': { toString: () => forge(claims) },
    nothing: undefined,
    empty: '',
    huge: 'x'.repeat(5_000_000),
    ['__proto__']: '__proto__',
    'with __proto__ in front': `__proto__.${forge(claims)}`,
  };
  test.each(Object.entries(forgeries))('is refused: %s', async (_, token) => {
    expect(await failure(pool.resume(token as string, names))).toMatchObject({
      code: 'CAPTURE_INVALID',
      status: 401,
    });
  });

  test('is refused however it was cut, changed or made up', async () => {
    const token = await captureAs(ada);
    const changed = fc
      .tuple(fc.nat(token.length - 1), fc.constantFrom('A', 'B', '-', '.', ' ', '=', '\0', 'é'))
      .map(([at, char]) => token.slice(0, at) + char + token.slice(at + 1));
    const cut = fc.nat(token.length - 1).map((length) => token.slice(0, length));
    const grown = fc.string({ minLength: 1 }).map((more) => `${more}${token}`);
    const attempts = fc.oneof(changed, cut, grown, fc.string(), fc.anything());
    fc.assert(
      fc.property(attempts, (attempt) => {
        // the last character of a signature has bits that decode to nothing
        const same = (text: unknown) =>
          typeof text === 'string' &&
          text.split('.').length === 2 &&
          text.split('.')[0] === token.split('.')[0] &&
          Buffer.from(text.split('.')[1] ?? '', 'base64url').equals(
            Buffer.from(token.split('.')[1] ?? '', 'base64url'),
          );
        if (same(attempt)) return;
        let opened: unknown;
        try {
          opened = tenancy.openCapture(attempt);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CAPTURE_INVALID' });
        }
        expect(opened).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('is refused when its genuine body is not what capture() makes', () => {
    for (const body of [
      null,
      7,
      'text',
      [],
      {},
      { ...claims, tenant: 'acme' },
      { ...claims, tenant: { id: acme } },
      { ...claims, expires: null },
      { ...claims, expires: 'never' },
      { ...claims, actor: { user: 7 } },
    ]) {
      expect(() => tenancy.openCapture(forge(body)), JSON.stringify(body)).toThrow();
    }
  });
});
