import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll } from 'vitest';
import { createApp, type Identity } from '../../src/identity/app.ts';
import { openDatabase } from '../../src/identity/database.ts';
import * as schema from '../../src/identity/schema.ts';
import { tenancy } from '../../src/identity/tenancy.ts';
import { serve } from '../serve.ts';

export const application = {
  tenancy,
  schema,
  directory: {
    tenant: schema.organizations.id,
    claims: { slug: schema.organizations.slug },
    member: schema.memberships.userId,
    hiddenWhenSet: schema.organizations.deletedAt,
  },
};

/** An issuer with real keys, and its key set on a port of its own. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: 'ins_1', alg: 'RS256', use: 'sig' };
  const server = await serve(() => ({ fetch: () => Response.json({ keys: [key] }) }));
  afterAll(() => server.close());
  return {
    jwksUrl: `${server.origin}/.well-known/jwks.json`,
    sign: (issuer: string, claims: Record<string, unknown>, expires = '1m') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'ins_1', typ: 'JWT' })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey),
  };
}

/** The application on a database of its own, on a port of its own. */
export async function identityWorld(identity: Identity) {
  const { url } = await testDatabase({
    key: 'companions-identity',
    migrate: async (to) => void (await applySchema(to, application)),
  });
  const database = openDatabase(await createLogins(url, tenancy));
  const server = await serve(() => createApp(database, identity));
  afterAll(async () => {
    await server.close();
    await database.pool.end();
  });
  const rows = async (text: string) =>
    (await withClient(url, (client) => client.query(text))).rows as Record<string, unknown>[];
  return {
    ...database,
    url,
    rows,
    members: () => rows('select organization_id, user_id, role from memberships order by 1, 2'),
    empty: () => rows('truncate organizations, users, memberships, identity_objects, projects'),
    /** Posts a body, as it is, with the headers of a source. */
    async post(body: string, headers: Record<string, string>) {
      const response = await fetch(`${server.origin}/webhooks/identity`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const text = await response.text();
      return { status: response.status, result: response.ok ? JSON.parse(text).result : undefined };
    },
    async get(path: string, headers: Record<string, string>) {
      const response = await fetch(`${server.origin}${path}`, { headers });
      const body = (await response.json()) as { readonly code?: string };
      return { status: response.status, body };
    },
  };
}
