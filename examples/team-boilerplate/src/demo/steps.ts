import { readFile } from 'node:fs/promises';
import { eq } from 'drizzle-orm';
import { addRoles } from '../add-roles.ts';
import { placements, settingsOf } from '../placements.ts';
import { projects } from '../schema/index.ts';
import { emailOf, seedPassword } from '../seed.ts';
import { ways } from '../tenant-from.ts';
import { openClient } from './client.ts';
import type { Step } from './stage.ts';
import { rootDomain } from './world.ts';

const domain = 'work.calder-studio.example';
const countOf = ({ json }: { json: { items?: unknown[] } | undefined }) =>
  json?.items?.length ?? -1;

/** What the demo proves, in this order. */
export const steps: readonly Step[] = [
  {
    title: 'A request names its organization in five ways; the membership decides',
    async run({ alsoBy, send, claim }) {
      const { port } = await alsoBy(ways);
      const priya = openClient(port, rootDomain);
      const body = { email: emailOf('priya'), password: seedPassword };
      await send('Priya', priya, 'POST /auth/sign-in/email', { body });
      const organization = { body: { organization: 'calder' } };
      const { json } = await send('Priya', priya, 'POST /account/switch', organization);
      const there = openClient(port, domain);
      await there.send('POST /auth/sign-in/email', { body });
      const answers = [
        await send('Priya', priya, 'GET /api/projects', { host: `calder.${rootDomain}` }),
        await send('Priya', there, 'GET /api/projects'),
        await send('Priya', openClient(port, rootDomain), 'GET /api/projects', {
          headers: { authorization: `Bearer ${json?.token}` },
        }),
        await send('Priya', priya, 'GET /api/projects', {
          headers: { 'x-organization': 'calder' },
        }),
        await send('Priya', priya, 'GET /orgs/calder/api/projects'),
      ];
      claim(
        answers.every((answer) => answer.status === 200 && countOf(answer) === 2),
        'by subdomain, domain, token, header and path: the two projects of Calder Studio',
      );
      const two = await send('Priya', priya, 'GET /orgs/ridgeline/api/projects', {
        host: `calder.${rootDomain}`,
      });
      claim(two.json?.code === 'TENANT_CLAIM_CONFLICT', 'a request that names two is refused');
    },
  },
  {
    title: 'Whoever is not in an organization finds none',
    async run({ as, send, claim }) {
      const marta = await as('marta', 'ridgeline');
      const foreign = await send('Marta', marta, 'GET /api/projects');
      marta.host = `nowhere.${rootDomain}`;
      const unknown = await send('Marta', marta, 'GET /api/projects');
      claim(
        foreign.status === 404 && foreign.text === unknown.text,
        'an organization that is not hers and one that does not exist answer the same, byte for byte',
      );
    },
  },
  {
    title: 'Sign up, found, invite, accept: with cookies, over HTTP',
    async run({ nobody, send, claim, note, linkTo, as }) {
      const pathOf = (url: string) => url.replace(/^http:\/\/[^/]+/, '');
      const join = async (name: string, email: string) => {
        const client = nobody();
        const body = { name, email, password: 'correct horse battery staple' };
        await send(name, client, 'POST /auth/sign-up/email', { body });
        await client.send(`GET ${pathOf(linkTo(email))}`);
        return client;
      };
      const emma = await join('Emma', 'emma@sato.example');
      const sato = { name: 'Sato Ceramics', slug: 'sato' };
      await send('Emma', emma, 'POST /account/organizations', { body: sato });
      emma.host = `sato.${rootDomain}`;
      const email = 'ben@okoye.example';
      await send('Emma', emma, 'POST /api/invitations', { body: { email } });
      const token = linkTo(email).split('#')[1];
      note('a mail with a link; the database has a hash of its token');
      const omar = await as('omar');
      const accept = { body: { token } };
      const stolen = await send('Omar', omar, 'POST /account/invitations/accept', accept);
      claim(stolen.status === 403, 'Omar, who found the link, is refused');
      const ben = await join('Ben', email);
      const accepted = await send('Ben', ben, 'POST /account/invitations/accept', accept);
      ben.host = `sato.${rootDomain}`;
      const { json } = await send('Ben', ben, 'GET /api/permissions');
      claim(accepted.status === 201 && json?.roles?.join() === 'member', 'Ben is a member');
      const project = await send('Ben', ben, 'POST /api/projects', { body: { name: 'Mine' } });
      claim(project.status === 403, 'and a member creates no projects');
    },
  },
  {
    title: 'Three roles, as rows, while the application runs',
    async run(stage) {
      const { as, send, claim, note } = stage;
      const lucia = await as('lucia', 'ridgeline');
      const opens = (name: string) =>
        send('Lucía', lucia, 'POST /api/projects', { body: { name } });
      claim((await opens('Lake Stage')).status === 403, 'Lucía opens no location yet');
      const file = new URL('../../roles/ridgeline.json', import.meta.url);
      const { roles, members, milliseconds } = await addRoles(
        stage,
        JSON.parse(await readFile(file, 'utf8')),
      );
      note(`${roles} roles for ${members} members in ${(milliseconds / 1000).toFixed(2)} s`);
      claim(milliseconds < 60_000, 'scorer, location manager, location admin: under a minute');
      claim((await opens('Lake Stage')).status === 201, 'Lucía, a location admin now, opens one');
      const omar = await as('omar', 'ridgeline');
      const { json: why } = await send('Omar', omar, 'GET /api/permissions/projects:create');
      claim(
        why?.allowed === false && why.fix.includes('location-admin'),
        `a scorer is told what is missing: ${why?.fix}`,
      );
      const page = await omar.send('GET /');
      claim(
        !page.text.includes('Add project') && page.text.includes('>Done<'),
        'and his page has the buttons of a scorer alone',
      );
      const script = await omar.send('GET /assets/client.js');
      claim(script.status === 200, 'the script of the page is bundled');
    },
  },
  {
    title: 'A contract asks for a database of its own: one organization moves, its people go on',
    async run({ as, send, claim, note, tenantry, pool, db, seeded }) {
      const marta = await as('marta', 'calder');
      const before = await send('Marta', marta, 'GET /api/projects');
      await tenantry('places', 'add', 'eu1', '--url', process.env[settingsOf('eu1').owner] ?? '');
      note('npx tenantry tenants move calder --to eu1');
      const moving = tenantry('tenants', 'move', 'calder', '--to', 'eu1');
      const during = await send('Marta', marta, 'GET /api/projects');
      note(await moving);
      const after = await send('Marta', marta, 'GET /api/projects');
      claim(
        [during, after].every(({ text }) => text === before.text),
        'the same request answers the same before, during and after it, byte for byte',
      );
      const body = { name: 'Autumn campaign' };
      const made = await send('Marta', marta, 'POST /api/projects', { body });
      const calder = eq(projects.organizationId, seeded.organizations.calder);
      const counts: Record<string, number> = {};
      const job = { reason: 'count projects', actor: 'demo' };
      const count = () => db.$count(projects, calder);
      for await (const answer of placements.acrossTenants(pool, job, count))
        counts[answer.place ?? 'shared'] = answer.ok ? answer.value : -1;
      claim(
        made.status === 201 && counts.eu1 === 3 && counts.shared === 0,
        'its projects are in eu1, a new one too, and none is left in the shared tables',
      );
      const priya = await as('priya');
      const mine = await send('Priya', priya, 'GET /account/organizations');
      claim(countOf(mine) === 2, 'Priya, who is in both organizations, still sees both');
    },
  },
  {
    title: 'A forgotten check, and a forgotten WHERE',
    async run({ pool, db, seeded, claim }) {
      const entry = { by: 'id', value: seeded.organizations.calder } as const;
      const seen = await pool.enter({ claim: entry, user: seeded.users.marta }, () =>
        db.select().from(projects),
      );
      claim(seen.length === 3, 'select * from projects: three rows, those of Calder Studio');
      const outside = await db
        .select()
        .from(projects)
        .then(
          () => 'rows',
          (error) => (error.cause ?? error).code,
        );
      claim(outside === 'TENANT_CONTEXT_MISSING', 'and outside of a request it is refused');
    },
  },
];
