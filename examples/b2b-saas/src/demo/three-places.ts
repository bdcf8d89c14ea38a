import { randomBytes } from 'node:crypto';
import { type Answer, sendTo } from '@tenantry/example-kit/demo';
import { definePlacements } from '@tenantry/placements';
import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import config from '../../tenantry.config.ts';
import { createApp } from '../app.ts';
import { openDatabase } from '../database.ts';
import { listen } from '../http/listen.ts';
import { users } from '../schema.ts';
import { signToken } from '../session.ts';
import { tenancy } from '../tenancy.ts';
import { type PlacesDatabase, schemaTables } from './prepare.ts';

/** The three isolation models: the slugs of three organizations, each of which lives in the place of its name. */
export const models = ['shared', 'schema', 'database'] as const;
export type Model = (typeof models)[number];

/** What each of the three answered, without what differs between any two organizations. */
export type Answers = Readonly<Record<Model, Pick<Answer, 'status' | 'text'>>>;

/** The application with one owner, Ada, of three organizations: in shared tables, a schema and a database. */
export async function openThreePlaces(shared: PlacesDatabase, own: PlacesDatabase) {
  const placements = definePlacements(tenancy, {
    schemaTables,
    connect: (_, login) => ({ app: own.url, system: own.systemUrl, owner: own.adminUrl })[login],
  });
  const database = openDatabase({ ...shared, placements });
  const secret = randomBytes(32).toString('base64url');
  const app = createApp({
    ...database,
    secret,
    rootDomain: 'b2b.localhost',
    mailer: { sendInvitation: async () => {} },
    invitationUrl: () => '',
  });
  const web = await listen(app, { port: 0 });
  const close = async () => {
    await web.close();
    await database.pool.end();
  };

  const signUp = { reason: 'sign up', actor: 'demo', write: true };
  const [ada] = await tenancy.asSystem(signUp, () =>
    database.db.insert(users).values({ name: 'Ada', email: 'ada@b2b.example' }).returning(),
  );
  const token = await signToken(ada?.id ?? '', secret);
  const send = (what: string, model?: Model, body?: unknown) => {
    const [method = '', path = ''] = what.split(' ');
    const headers = {
      authorization: `Bearer ${token}`,
      ...(model !== undefined && { 'x-organization': model }),
    };
    return sendTo(web.port, { method, path, headers, body });
  };
  const tenantry = async (...words: string[]) => {
    const { url, systemUrl, adminUrl: migrationUrl } = shared;
    const command = {
      ...config,
      features: [...(config.features ?? []), placements],
      database: { url, systemUrl, migrationUrl },
    };
    const { code, stderr } = await runCommand(command, words);
    if (code !== 0) throw new Error(`tenantry ${words.join(' ')}: ${stderr}`);
  };

  try {
    for (const slug of models)
      await send('POST /account/organizations', undefined, { name: 'Initech', slug });
    await tenantry(
      'places',
      'add',
      'own_schema',
      '--schema',
      't_initech',
      '--url',
      shared.adminUrl,
    );
    await tenantry('places', 'add', 'eu1', '--url', own.adminUrl);
    // whoever has a transaction open on this server is waited for
    await tenantry('tenants', 'move', 'schema', '--to', 'own_schema', '--wait', '120');
    await tenantry('tenants', 'move', 'database', '--to', 'eu1', '--wait', '120');
  } catch (error) {
    await close();
    throw error;
  }

  return {
    /** Sends a request to each of the three. */
    async ask(what: string, body?: unknown): Promise<Answers> {
      const answers = await Promise.all(
        models.map(async (model) => {
          const { status, text } = await send(what, model, body);
          return [model, { status, text: alike(text, model) }] as const;
        }),
      );
      return Object.fromEntries(answers) as Answers;
    },
    send,
    /** How many projects there are in each place, whoever owns them. */
    async projects(): Promise<Readonly<Record<Model, number>>> {
      const count = (url: string, schema: string) =>
        withClient(url, async (client) => {
          await client.query(`select set_config('search_path', $1, false)`, [schema]);
          const { rows } = await client.query('select count(*)::int as n from projects');
          return rows[0].n as number;
        });
      return {
        shared: await count(shared.adminUrl, 'public'),
        schema: await count(shared.adminUrl, 't_initech'),
        database: await count(own.adminUrl, 'public'),
      };
    },
    close,
  };
}

/** What differs between any two organizations: ids, times, numbers of transactions, and the slug. */
const alike = (text: string, model: Model) =>
  text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, 'a time')
    .replace(/"transactionId":"\d+"/g, '"transactionId":"a number"')
    .replaceAll(`"${model}"`, '"a slug"');
