import type { Step } from '../stage.ts';
import { models, openThreePlaces } from '../three-places.ts';

const project = (name: string) => ({ what: 'POST /api/projects', body: { name } });

/** From an empty organization to the limit of its plan. */
export const sameRequests: readonly { readonly what: string; readonly body?: unknown }[] = [
  { what: 'GET /api/organization' },
  project('Anvil'),
  project('Anvil'),
  project('Magnet'),
  project('Rocket'),
  project('Hammock'),
  { what: 'GET /api/projects' },
  { what: 'GET /api/projects?limit=1&after=Anvil' },
  { what: 'POST /api/invitations', body: { email: 'bob@b2b.example', role: 'viewer' } },
  { what: 'GET /api/members' },
  { what: 'GET /api/permissions' },
  { what: 'GET /api/organization/usage' },
  { what: 'GET /api/audit' },
  { what: 'PATCH /api/organization', body: { name: 'Initrode' } },
  { what: 'GET /api/organization' },
];

export const placingSteps: readonly Step[] = [
  {
    title: 'Shared tables, a schema, a database: one application, the same answers',
    async run({ another, claim, note }) {
      const three = await openThreePlaces(await another(), await another());
      try {
        note('three organizations, founded alike; two were moved by tenantry tenants move');
        const unlike: string[] = [];
        for (const { what, body } of sameRequests) {
          const answers = await three.ask(what, body);
          const statuses = models.map((model) => `${model} ${answers[model].status}`).join(' · ');
          note(`${what}  ${statuses}`);
          if (models.some((model) => answers[model].text !== answers.shared.text))
            unlike.push(what);
        }
        for (const what of unlike) note(`differs: ${what}`);
        claim(unlike.length === 0, 'each request has one answer, but for ids, times and slugs');
        const rows = await three.projects();
        claim(
          models.every((model) => rows[model] === 3),
          'three projects in the shared tables, three in the schema, three in the database',
        );
      } finally {
        await three.close();
      }
    },
  },
];
