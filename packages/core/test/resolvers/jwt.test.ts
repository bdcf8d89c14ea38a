import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { type JwtClaimOptions, jwtClaim, jwtUser } from '../../src/resolvers/jwt.ts';
import { acmeId, request, tenancy } from './support.ts';

const issuer = 'https://auth.example.com/';
const audience = 'https://api.acme.app';
const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('RS256');
const rules = { claim: 'org_id', issuer, audience, algorithms: ['RS256'] } as const;
const resolver = jwtClaim({ ...rules, key: publicKey });

const token = (claims: Record<string, unknown> = { org_id: acmeId }, alg = 'RS256') =>
  new SignJWT(claims)
    .setProtectedHeader({ alg, kid: 'one' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('5m');
const ask = async (authorization: string | string[] | undefined, of = resolver) =>
  of(request({ headers: { authorization } }), tenancy);
const refused = (authorization: string, of = resolver) =>
  expect(ask(authorization, of)).rejects.toMatchObject({ code: 'TOKEN_INVALID', status: 401 });
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inFive = () => Math.floor(Date.now() / 1000) + 300;

describe('a genuine token', () => {
  test('gives its claim', async () => {
    const signed = await token().sign(privateKey);
    expect(await ask(`Bearer ${signed}`)).toEqual({ by: 'id', value: acmeId });
    expect(await ask(`bearer ${signed}`)).toEqual({ by: 'id', value: acmeId });
  });

  test('names no tenant when it is absent, of another scheme, or has no such claim', async () => {
    expect(await ask(undefined)).toBeUndefined();
    expect(await ask('Basic dXNlcjpwYXNz')).toBeUndefined();
    expect(await ask(`Bearer ${await token({}).sign(privateKey)}`)).toBeUndefined();
    expect(await ask(`Bearer ${await token({ org_id: null }).sign(privateKey)}`)).toBeUndefined();
  });

  test.each([[{ a: 1 }], [['a']], [7], [true], [''], ['not an id'], ['__proto__']])(
    'is a 400 when its claim is %j',
    async (value) => {
      const signed = await token({ org_id: value }).sign(privateKey);
      await expect(ask(`Bearer ${signed}`)).rejects.toMatchObject({
        code: 'TENANT_CLAIM_MALFORMED',
      });
    },
  );

  test('is not searched for inherited members', async () => {
    const inherited = jwtClaim({ ...rules, claim: 'constructor', by: 'slug', key: publicKey });
    expect(await ask(`Bearer ${await token().sign(privateKey)}`, inherited)).toBeUndefined();
  });

  test('can come from elsewhere than the authorization header', async () => {
    const signed = await token().sign(privateKey);
    const fromHeader = jwtClaim({
      ...rules,
      key: publicKey,
      token: ({ header }) => header('x-token') as string | undefined,
    });
    const sent = request({ headers: { 'x-token': signed } });
    expect(await fromHeader(sent, tenancy)).toMatchObject({ value: acmeId });
  });
});

describe('a claim inside a claim', () => {
  const nested = jwtClaim({ ...rules, claim: ['o', 'id'], key: publicKey });
  const askNested = async (claims: Record<string, unknown>) =>
    ask(`Bearer ${await token(claims).sign(privateKey)}`, nested);

  test('is read by its path', async () => {
    expect(await askNested({ o: { id: acmeId } })).toEqual({ by: 'id', value: acmeId });
  });

  test.each([{}, { o: null }, { o: 'id' }, { o: {} }, { o: [acmeId] }, { 'o.id': acmeId }])(
    'is absent in %j',
    async (claims) => expect(await askNested(claims)).toBeUndefined(),
  );

  test('is a 400 when it is not a text, and not searched for inherited members', async () => {
    await expect(askNested({ o: { id: { id: acmeId } } })).rejects.toMatchObject({
      code: 'TENANT_CLAIM_MALFORMED',
    });
    const inherited = jwtClaim({ ...rules, claim: ['o', 'constructor', 'name'], key: publicKey });
    const signed = await token({ o: {} }).sign(privateKey);
    expect(await ask(`Bearer ${signed}`, inherited)).toBeUndefined();
  });
});

describe('an issuer whose tokens have no audience', () => {
  const bare = (claims: Record<string, unknown>) =>
    new SignJWT({ org_id: acmeId, ...claims })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(issuer)
      .setExpirationTime('5m')
      .sign(privateKey);
  const without = { ...rules, audience: false, key: publicKey } as const;

  test('is named as such; its tokens are refused where an audience is required', async () => {
    const signed = `Bearer ${await bare({})}`;
    expect(await ask(signed, jwtClaim(without))).toMatchObject({ value: acmeId });
    await refused(signed);
  });

  test('gave a token for somebody else', async () => {
    await refused(`Bearer ${await bare({ aud: 'https://other' })}`, jwtClaim(without));
  });

  test('has another condition in its place', async () => {
    const accept = ({ azp }: { readonly azp?: unknown }) => azp === 'https://app.acme.com';
    const ours = jwtClaim({ ...without, accept });
    expect(await ask(`Bearer ${await bare({ azp: 'https://app.acme.com' })}`, ours)).toBeDefined();
    await refused(`Bearer ${await bare({ azp: 'https://evil.example' })}`, ours);
    await refused(`Bearer ${await bare({})}`, ours);
  });
});

describe('the user of a token', () => {
  const { claim: _, ...ofIssuer } = rules;
  const who = jwtUser({ ...ofIssuer, key: publicKey });
  const whoIs = async (claims: Record<string, unknown>, of = who) =>
    of(request({ headers: { authorization: `Bearer ${await token(claims).sign(privateKey)}` } }));

  test('is its subject, or another claim', async () => {
    expect(await whoIs({ sub: 'user_1' })).toBe('user_1');
    const byUser = jwtUser({ ...ofIssuer, key: publicKey, claim: ['user', 'id'] });
    expect(await whoIs({ user: { id: 'user_2' } }, byUser)).toBe('user_2');
  });

  test('is nobody without a token, and refused in one that names nobody or is not believed', async () => {
    expect(await who(request({}))).toBeNull();
    const invalid = { code: 'TOKEN_INVALID', status: 401 };
    for (const sub of [undefined, null, '', 7]) {
      await expect(whoIs({ sub })).rejects.toMatchObject(invalid);
    }
    const signed = await token({ sub: 'user_1' }).sign(stranger.privateKey);
    const headers = { authorization: `Bearer ${signed}` };
    await expect(who(request({ headers }))).rejects.toMatchObject(invalid);
  });
});

describe('a token that must not be believed', () => {
  test('is expired, not yet valid, or never expires', async () => {
    await refused(`Bearer ${await token().setExpirationTime('-1s').sign(privateKey)}`);
    await refused(`Bearer ${await token().setNotBefore('1m').sign(privateKey)}`);
    const eternal = new SignJWT({ org_id: acmeId })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(issuer)
      .setAudience(audience);
    await refused(`Bearer ${await eternal.sign(privateKey)}`);
  });

  test('is for somebody else, or from somebody else', async () => {
    await refused(`Bearer ${await token().setAudience('https://other').sign(privateKey)}`);
    await refused(`Bearer ${await token().setIssuer('https://other').sign(privateKey)}`);
    await refused(`Bearer ${await token().sign(stranger.privateKey)}`);
  });

  test('is not signed', async () => {
    const claims = { org_id: acmeId, iss: issuer, aud: audience, exp: inFive() };
    await refused(`Bearer ${base64({ alg: 'none' })}.${base64(claims)}.`);
    await refused(`Bearer ${base64({ alg: 'None' })}.${base64(claims)}.AA`);
    const [head, , signature] = (await token().sign(privateKey)).split('.');
    const forged = { ...claims, org_id: acmeId.replace('018f', '018e') };
    await refused(`Bearer ${head}.${base64(forged)}.${signature}`);
  });

  test('is signed with the public key as if it were a secret', async () => {
    const body = `${base64({ alg: 'HS256' })}.${base64({ org_id: acmeId, iss: issuer, aud: audience, exp: inFive() })}`;
    for (const secret of [
      await exportSPKI(publicKey),
      JSON.stringify(await exportJWK(publicKey)),
    ]) {
      const mac = createHmac('sha256', secret).update(body).digest('base64url');
      await refused(`Bearer ${body}.${mac}`);
    }
  });

  test('uses another algorithm that the key could do', async () => {
    const pss = token(undefined, 'PS256');
    const { publicKey: own, privateKey: signing } = await generateKeyPair('PS256');
    await refused(`Bearer ${await pss.sign(signing)}`, jwtClaim({ ...rules, key: own }));
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer a.b.c',
    'Bearer a.b.c.d.e',
    `Bearer ${'x'.repeat(10_000)}`,
    'Bearer \u0000',
    'Bearer \ud800.é.ü',
  ])('is %j', async (authorization) => {
    await refused(authorization);
  });

  test('is longer than any honest one', async () => {
    const long = await token({ org_id: acmeId, pad: 'x'.repeat(9000) }).sign(privateKey);
    await refused(`Bearer ${long}`);
  });

  test('came twice', async () => {
    const signed = `Bearer ${await token().sign(privateKey)}`;
    await expect(ask([signed, signed])).rejects.toMatchObject({ code: 'TENANT_CLAIM_MALFORMED' });
    await refused(`${signed}, ${signed}`);
  });
});

describe('a secret', () => {
  test('verifies HS256, and nothing else', async () => {
    const secret = randomBytes(32);
    const hs256 = { ...rules, algorithms: ['HS256'] };
    const sign = (by: Uint8Array) => token(undefined, 'HS256').sign(by);
    for (const key of [secret, createSecretKey(secret)]) {
      const bySecret = jwtClaim({ ...hs256, key });
      expect(await ask(`Bearer ${await sign(secret)}`, bySecret)).toMatchObject({ value: acmeId });
      await refused(`Bearer ${await sign(randomBytes(32))}`, bySecret);
      await refused(`Bearer ${await token().sign(privateKey)}`, bySecret);
    }
  });
});

describe('the key set of the issuer', () => {
  let answer: RequestListener = (_, response) => response.end('{}');
  let fetches = 0;
  const server = createServer((incoming, response) => {
    fetches++;
    answer(incoming, response);
  });
  const listening = new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`),
    );
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const fromUrl = async () => jwtClaim({ ...rules, jwksUrl: await listening });
  const publish = async (...kids: string[]) => {
    const jwk = { ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig' };
    answer = (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: kids.map((kid) => ({ ...jwk, kid })) }));
    };
  };

  test('is fetched once', async () => {
    await publish('one', 'two');
    const remote = await fromUrl();
    fetches = 0;
    const signed = `Bearer ${await token().sign(privateKey)}`;
    for (let i = 0; i < 3; i++) {
      expect(await ask(signed, remote)).toEqual({ by: 'id', value: acmeId });
    }
    expect(fetches).toBe(1);
  });

  test('lacks the key', async () => {
    await publish('other');
    await refused(`Bearer ${await token().sign(privateKey)}`, await fromUrl());
  });

  test('is not fetched for a token that is refused anyway', async () => {
    fetches = 0;
    const remote = await fromUrl();
    await refused(`Bearer ${base64({ alg: 'none' })}.${base64({})}.`, remote);
    await refused('Bearer nonsense', remote);
    expect(fetches).toBe(0);
  });

  test.each<[string, RequestListener]>([
    ['answers 500', (_, response) => void response.writeHead(500).end()],
    ['redirects', (_, response) => void response.writeHead(302, { location: '/other' }).end()],
    ['is not JSON', (_, response) => void response.end('<html>')],
    ['is not a key set', (_, response) => void response.end('{"keys":7}')],
    ['breaks off', (_, response) => void response.destroy()],
  ])('cannot be had: %s', async (_, listener) => {
    answer = listener;
    await expect(
      ask(`Bearer ${await token().sign(privateKey)}`, await fromUrl()),
    ).rejects.toMatchObject({ code: 'TOKEN_KEYS_UNAVAILABLE', status: 503 });
  });

  test('cannot be had: nobody listens', async () => {
    const remote = jwtClaim({ ...rules, jwksUrl: 'http://127.0.0.1:1/jwks.json' });
    await expect(ask(`Bearer ${await token().sign(privateKey)}`, remote)).rejects.toMatchObject({
      code: 'TOKEN_KEYS_UNAVAILABLE',
    });
  });
});

describe('a configuration that would believe too much', () => {
  const key = publicKey;
  const secret = randomBytes(32);
  const jwksUrl = 'https://auth.example.com/jwks.json';
  test.each<[string, Record<string, unknown>]>([
    ['no key', { ...rules }],
    ['a key and a key set', { ...rules, key, jwksUrl }],
    ['no algorithm', { ...rules, key, algorithms: [] }],
    ['the algorithm none', { ...rules, key, algorithms: ['none'] }],
    ['HS256 beside RS256', { ...rules, key, algorithms: ['RS256', 'HS256'] }],
    ['HS256 with a public key', { ...rules, key, algorithms: ['HS256'] }],
    ['HS256 with a key set', { ...rules, jwksUrl, algorithms: ['HS256'] }],
    ['RS256 with a secret', { ...rules, key: secret }],
    ['a short secret', { ...rules, key: randomBytes(31), algorithms: ['HS256'] }],
    ['a key set without TLS', { ...rules, jwksUrl: 'http://auth.example.com/jwks.json' }],
    ['a key set that is no address', { ...rules, jwksUrl: 'auth' }],
    ['no issuer', { ...rules, key, issuer: undefined }],
    ['an empty audience', { ...rules, key, audience: [] }],
    ['no audience', { ...rules, key, audience: undefined }],
    ['no claim', { ...rules, key, claim: '' }],
    ['an empty path', { ...rules, key, claim: [] }],
    ['a condition that is none', { ...rules, key, accept: true }],
    ['a long tolerance', { ...rules, key, clockToleranceSeconds: 3600 }],
  ])('is refused: %s', (_, options) => {
    expect(() => jwtClaim(options as unknown as JwtClaimOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
