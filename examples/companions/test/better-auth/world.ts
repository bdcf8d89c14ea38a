import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';
import { createApp } from '../../src/better-auth/app.ts';
import { createAuth } from '../../src/better-auth/auth.ts';
import { openDatabase } from '../../src/better-auth/database.ts';
import * as schema from '../../src/better-auth/schema.ts';
import { tenancy } from '../../src/better-auth/tenancy.ts';
import { type Browser, browser, serve } from '../serve.ts';

export const application = {
  tenancy,
  schema,
  directory: {
    tenant: schema.organization.id,
    claims: { slug: schema.organization.slug },
    member: schema.member.userId,
  },
};
const password = 'a password of the tests';

/** The application with real sign-in, on a port of its own. */
export async function authWorld() {
  const { url } = await testDatabase({
    key: 'companions-better-auth',
    migrate: async (to) => void (await applySchema(to, application)),
  });
  const database = openDatabase(await createLogins(url, tenancy));
  const mails: { to: string; url?: string; invitation?: string }[] = [];
  let auth: ReturnType<typeof createAuth> | undefined;
  const server = await serve((baseURL) => {
    auth = createAuth({
      db: database.db,
      baseURL,
      secret: 'a secret of the tests, of 32 characters',
      mail: async (to, content) => void mails.push({ to, ...content }),
    });
    return createApp(database, auth);
  });
  afterAll(async () => {
    await server.close();
    await database.pool.end();
  });
  const lastMail = (to: string) => mails.findLast((mail) => mail.to === to);

  /** Signs up, confirms the address, and signs in. */
  async function person(name: string): Promise<Browser & { email: string }> {
    const email = `${name.toLowerCase()}@example.com`;
    const client = browser(server.origin);
    const made = await client.send('/api/auth/sign-up/email', { name, email, password });
    if (made.status !== 200)
      throw new Error(`sign-up: ${made.status} ${JSON.stringify(made.body)}`);
    await client.send(lastMail(email)?.url as string);
    await client.send('/api/auth/sign-in/email', { email, password });
    return Object.assign(client, { email });
  }

  return {
    ...database,
    auth: auth as NonNullable<typeof auth>,
    origin: server.origin,
    password,
    lastMail,
    person,
    async organization(owner: Browser, name: string): Promise<string> {
      const made = await owner.send('/api/auth/organization/create', {
        name,
        slug: name.toLowerCase(),
      });
      if (made.status !== 200) throw new Error(`${made.status} ${JSON.stringify(made.body)}`);
      return made.body.id;
    },
    asAdmin: (text: string) => withClient(url, (client) => client.query(text)),
    url,
  };
}
