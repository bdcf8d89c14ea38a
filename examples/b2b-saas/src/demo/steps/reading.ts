import { listsAllOf } from '../rows.ts';
import type { Step } from '../stage.ts';
import { rootDomain } from '../world.ts';

const ada = { as: 'ada', organization: 'acme' } as const;
const bob = { as: 'bob', organization: 'globex' } as const;

export const readingSteps: readonly Step[] = [
  {
    title: 'Acme sees its projects, Globex its own',
    async run(stage) {
      const ofAcme = await stage.send('GET /api/projects', ada);
      stage.claim(
        await listsAllOf(stage, 'acme', ofAcme),
        'Acme sees its own projects, all of them',
      );
      const ofGlobex = await stage.send('GET /api/projects', bob);
      stage.claim(await listsAllOf(stage, 'globex', ofGlobex), 'Globex sees its own, all of them');
    },
  },
  {
    title: 'Somebody in both organizations sees one at a time',
    async run(stage) {
      const byHeader = await stage.send('GET /api/projects', { as: 'eve', organization: 'acme' });
      stage.claim(await listsAllOf(stage, 'acme', byHeader), 'Eve names Acme in a header');
      const host = `globex.${rootDomain}`;
      const bySubdomain = await stage.send('GET /api/projects', { as: 'eve', host });
      stage.claim(await listsAllOf(stage, 'globex', bySubdomain), 'and Globex by its subdomain');
    },
  },
  {
    title: 'A handler without any WHERE leaks nothing',
    async run(stage) {
      const careless = await stage.send('GET /api/careless/no-where', ada);
      stage.claim(await listsAllOf(stage, 'acme', careless), 'Drizzle without WHERE: Acme only');
      const raw = await stage.send('GET /api/careless/raw-sql', bob);
      stage.claim(
        await listsAllOf(stage, 'globex', raw),
        'raw SQL on the same pool, select * from projects: Globex only',
      );
    },
  },
  {
    title: 'SQL that names another organization finds nothing there',
    async run({ send, claim, seeded }) {
      const { acme } = seeded.organizations;
      const answer = await send(`GET /api/careless/of-organization/${acme}`, bob);
      claim(
        answer.status === 200 && answer.json.length === 0,
        "where organization_id = '<Acme>', asked by Globex, gives no rows",
      );
    },
  },
];
