import { randomBytes } from 'node:crypto';
import { createApp } from '../app.ts';
import { openDatabase } from '../database.ts';
import { type Listening, listen } from '../listen.ts';
import type { Mail } from '../mailer.ts';
import { loginUrls } from '../prepare.ts';
import { emailOf, type Person, type Seeded, seed, seedPassword } from '../seed.ts';
import type { Way } from '../tenant-from.ts';
import { type Client, openClient } from './client.ts';
import { operatorOf, type Tenantry } from './operator.ts';

export const rootDomain = 'team.localhost';

/** The application with its seed, on a port. */
export interface World extends ReturnType<typeof openDatabase> {
  readonly seeded: Seeded;
  readonly port: number;
  readonly origin: string;
  readonly mails: readonly Mail[];
  /** The link of the last mail to an address. */
  linkTo(email: string): string;
  /** A client that is signed in as somebody of the seed, at an organization or at none. */
  as(person: Person, organization?: string): Promise<Client>;
  /** A client that nobody is signed in with. */
  nobody(): Client;
  /** The same application in which requests name their organization otherwise, on another port. */
  alsoBy(ways: readonly Way[]): Promise<{ readonly port: number; readonly origin: string }>;
  /** `tenantry('places', 'list')` */
  readonly tenantry: Tenantry;
  close(): Promise<void>;
}

/** A database of the application, and where it answers. */
interface Prepared {
  readonly adminUrl: string;
  /** Of the logins. */
  readonly password: string;
  readonly port?: number;
}

/** Seeds a prepared database and serves the application, on this port or else on a free one. */
export async function openWorld(
  { adminUrl, password, port = 0 }: Prepared,
  { ways }: { readonly ways?: readonly Way[] } = {},
): Promise<World> {
  const urls = loginUrls(adminUrl, password);
  const database = openDatabase(urls);
  const mails: Mail[] = [];
  const secret = randomBytes(32).toString('base64url');
  const originOf = (bound: number) => `http://${rootDomain}:${bound}`;
  const serve = (at: number, ways: readonly Way[] | undefined): Promise<Listening> =>
    listen(
      (bound) =>
        createApp({
          ...database,
          origin: originOf(bound),
          secret,
          mailer: { send: async (mail) => void mails.push(mail) },
          ...(ways !== undefined && { ways }),
        }),
      at,
    ).catch((error: NodeJS.ErrnoException) => {
      if (at !== 0 && error.code === 'EADDRINUSE') return serve(0, ways);
      throw error;
    });
  const seeded = await seed(database);
  const servers = [await serve(port, ways)];
  const bound = servers[0]?.port as number;
  return {
    ...database,
    seeded,
    port: bound,
    origin: originOf(bound),
    mails,
    linkTo: (email) => mails.findLast(({ to }) => to === email)?.url ?? '',
    async as(person, organization) {
      const client = openClient(bound, rootDomain);
      const body = { email: emailOf(person), password: seedPassword };
      const { status } = await client.send('POST /auth/sign-in/email', { body });
      if (status !== 200) throw new Error(`${person} cannot sign in: ${status}`);
      if (organization !== undefined) client.host = `${organization}.${rootDomain}`;
      return client;
    },
    nobody: () => openClient(bound, rootDomain),
    async alsoBy(ways) {
      const server = await serve(0, ways);
      servers.push(server);
      return { port: server.port, origin: originOf(server.port) };
    },
    tenantry: operatorOf(adminUrl, urls),
    async close() {
      await Promise.all(servers.map((server) => server.close(0)));
      await database.pool.end();
    },
  };
}
