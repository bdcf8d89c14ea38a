import type { Step } from '../stage.ts';
import { rootDomain } from '../world.ts';

export const forgingSteps: readonly Step[] = [
  {
    title: 'A forged header for a foreign organization gets 404',
    async run({ send, claim }) {
      const foreign = await send('GET /api/projects', { as: 'bob', organization: 'acme' });
      claim(foreign.status === 404, 'Bob is no member of Acme: 404');
      const unknown = await send('GET /api/projects', { as: 'bob', organization: 'no-such-one' });
      claim(
        unknown.status === 404 && unknown.text === foreign.text,
        'an organization that does not exist answers the same, byte for byte',
      );
    },
  },
  {
    title: 'Who is nobody, and who names nothing, does not come in',
    async run({ send, claim, tokens }) {
      const nobody = await send('GET /api/projects', { organization: 'acme' });
      const [header, , signature] = tokens.ada.split('.');
      const payload = Buffer.from('{"sub":"somebody else"}').toString('base64url');
      const forged = await send('GET /api/projects', {
        token: `${header}.${payload}.${signature}`,
        organization: 'acme',
      });
      claim(nobody.status === 401 && forged.status === 401, 'no token, or a forged one: 401');
      const nowhere = await send('GET /api/projects', { as: 'ada' });
      claim(nowhere.status === 400, 'no organization: 400');
      const both = await send('GET /api/projects', {
        as: 'eve',
        host: `globex.${rootDomain}`,
        organization: 'acme',
      });
      claim(both.status === 400, 'two organizations at once: 400, none of them wins');
    },
  },
  {
    title: 'The id of a foreign project opens nothing',
    async run({ send, claim, ask, seeded }) {
      const query = `select * from projects where name = 'Rocket' and organization_id = $1`;
      const { acme } = seeded.organizations;
      const before = await ask(query, [acme], acme);
      const path = `/api/projects/${before[0]?.id}` as const;
      const bob = { as: 'bob', organization: 'globex' } as const;
      const read = await send(`GET ${path}`, bob);
      const change = await send(`PATCH ${path}`, { ...bob, body: { name: 'Mine now' } });
      const removal = await send(`DELETE ${path}`, bob);
      claim(
        [read, change, removal].every(({ status }) => status === 404),
        'reading, changing and deleting it: 404',
      );
      const after = await ask(query, [acme], acme);
      claim(
        before.length === 1 && JSON.stringify(after) === JSON.stringify(before),
        'nothing of it changed, says the superuser',
      );
    },
  },
];
