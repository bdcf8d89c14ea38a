import { describe, expect, it } from 'vitest';
import { type Client, openClient } from '../src/demo/client.ts';
import { rootDomain } from '../src/demo/world.ts';
import { emailOf, seedPassword } from '../src/seed.ts';
import { parseWays, type Way, ways } from '../src/tenant-from.ts';
import { testWorld } from './support/world.ts';

const world = await testWorld({ ways: ['subdomain'] });
const domain = 'work.calder-studio.example';
const names = ({ json }: { json: { items: { name: string }[] } }) =>
  json.items.map(({ name }) => name);
const ofCalder = ['Brand book for Tidewater', 'Spring campaign'];
const ofRidgeline = ['Harbour Court', 'North Arena', 'Valley Pitch'];

/** An application in which requests name their organization in some ways, and Priya, signed in there. */
async function applicationBy(...ways: Way[]) {
  const { port } = await world.alsoBy(ways);
  const priya = openClient(port, rootDomain);
  const body = { email: emailOf('priya'), password: seedPassword };
  expect((await priya.send('POST /auth/sign-in/email', { body })).status).toBe(200);
  return { priya, port };
}

const tokenOf = async (client: Client, organization: string) =>
  (await client.send('POST /account/switch', { body: { organization } })).json.token;

describe('each way, alone', () => {
  it('subdomain', async () => {
    const { priya } = await applicationBy('subdomain');
    const ask = (label: string) =>
      priya.send('GET /api/projects', { host: `${label}.${rootDomain}` });
    expect(names(await ask('ridgeline'))).toEqual(ofRidgeline);
    expect(names(await ask('calder'))).toEqual(ofCalder);
    expect((await ask('unknown')).json.code).toBe('TENANT_NOT_FOUND');
  });

  it('domain: with a sign-in at the domain, whose cookie goes nowhere else', async () => {
    const { priya, port } = await applicationBy('domain');
    const before = await priya.send('GET /api/projects', { host: domain });
    expect(before.json.code).toBe('NOT_AUTHENTICATED');
    const there = openClient(port, domain);
    const body = { email: emailOf('priya'), password: seedPassword };
    const signedIn = await there.send('POST /auth/sign-in/email', { body });
    expect(String(signedIn.headers['set-cookie'])).not.toMatch(/domain=/i);
    expect(names(await there.send('GET /api/projects'))).toEqual(ofCalder);
    const other = await there.send('GET /api/projects', { host: 'work.unknown.example' });
    expect(other.status).toBe(401);
  });

  it('token', async () => {
    const { priya, port } = await applicationBy('token');
    const program = openClient(port, rootDomain);
    program.headers.authorization = `Bearer ${await tokenOf(priya, 'calder')}`;
    expect(names(await program.send('GET /api/projects'))).toEqual(ofCalder);
    program.headers.authorization = `Bearer ${await tokenOf(priya, 'ridgeline')}`;
    expect(names(await program.send('GET /api/projects'))).toEqual(ofRidgeline);
    program.headers.authorization += 'x';
    expect((await program.send('GET /api/projects')).json.code).toBe('TOKEN_INVALID');
  });

  it('header', async () => {
    const { priya } = await applicationBy('header');
    priya.headers['x-organization'] = 'calder';
    expect(names(await priya.send('GET /api/projects'))).toEqual(ofCalder);
    const twice = { 'x-organization': ['calder', 'ridgeline'] };
    const { json } = await priya.send('GET /api/projects', { headers: twice });
    expect(json.code).toBe('TENANT_CLAIM_MALFORMED');
  });

  it('path', async () => {
    const { priya } = await applicationBy('path');
    expect(names(await priya.send('GET /orgs/calder/api/projects'))).toEqual(ofCalder);
    expect(names(await priya.send('GET /orgs/ridgeline/api/projects'))).toEqual(ofRidgeline);
    const page = await priya.send('GET /orgs/calder/');
    expect(page.text).toContain('Spring campaign');
    expect(page.text).toContain('"base":"/orgs/calder"');
    const folded = await priya.send('GET /orgs/%63alder/api/projects');
    expect(folded.json.code).toBe('TENANT_CLAIM_MALFORMED');
  });
});

it('takes no way that is not chosen', async () => {
  const { priya } = await applicationBy('header');
  const bySubdomain = await priya.send('GET /api/projects', { host: `calder.${rootDomain}` });
  expect(bySubdomain.json.code).toBe('TENANT_CLAIM_MISSING');
  expect((await priya.send('GET /orgs/calder/api/projects')).status).toBe(404);
  expect(await tokenOf(priya, 'calder')).toBeUndefined();
});

it('refuses a request that names two organizations', async () => {
  const { priya, port } = await applicationBy(...ways);
  const at = (headers: Record<string, string>) =>
    priya.send('GET /api/projects', { host: `calder.${rootDomain}`, headers });
  expect(names(await at({ 'x-organization': 'calder' }))).toEqual(ofCalder);
  expect((await at({ 'x-organization': 'ridgeline' })).json.code).toBe('TENANT_CLAIM_CONFLICT');
  const authorization = `Bearer ${await tokenOf(priya, 'ridgeline')}`;
  expect((await at({ authorization })).json.code).toBe('TENANT_CLAIM_CONFLICT');
  const path = await openClient(port, `calder.${rootDomain}`).send('GET /orgs/ridgeline/api/tasks');
  expect(path.json.code).toBe('TENANT_CLAIM_CONFLICT');
});

it('answers a stranger as if the organization did not exist', async () => {
  const marta = await world.as('marta');
  const foreign = await marta.send('GET /api/projects', { host: `ridgeline.${rootDomain}` });
  const unknown = await marta.send('GET /api/projects', { host: `nowhere.${rootDomain}` });
  expect(foreign.status).toBe(404);
  expect(foreign.text).toBe(unknown.text);
  const nobody = await world.nobody().send('GET /api/tasks', { host: `ridgeline.${rootDomain}` });
  expect(nobody.status).toBe(401);
});

it('believes no token longer than the membership', async () => {
  const { priya, port } = await applicationBy('token');
  const program = openClient(port, rootDomain);
  program.headers.authorization = `Bearer ${await tokenOf(priya, 'ridgeline')}`;
  expect((await program.send('GET /api/projects')).status).toBe(200);
  const nora = await world.as('nora', 'ridgeline');
  await nora.send(`DELETE /api/members/${world.seeded.users.priya}`);
  expect((await program.send('GET /api/projects')).json.code).toBe('TENANT_NOT_FOUND');
});

it('reads the ways from one setting', () => {
  expect(parseWays(undefined)).toEqual(['subdomain', 'domain']);
  expect(parseWays('header, token')).toEqual(['header', 'token']);
  expect(() => parseWays('cookie')).toThrow('TENANT_FROM names cookie');
});
