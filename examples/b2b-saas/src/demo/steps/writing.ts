import type { Step } from '../stage.ts';

export const writingSteps: readonly Step[] = [
  {
    title: 'An organization in the body does not move a row',
    async run({ send, claim, ask, seeded }) {
      const bob = { as: 'bob', organization: 'globex' } as const;
      const body = { name: 'Trojan horse', organizationId: seeded.organizations.acme };
      const real = await send('POST /api/projects', { ...bob, body });
      claim(real.status === 422, 'the API knows no organizationId: 422');
      const careless = await send('POST /api/careless/whole-body', { ...bob, body });
      claim(
        careless.status === 403,
        'a handler that inserts the whole body: PostgreSQL refuses, 403',
      );
      const rows = await ask('select from projects where name = $1', [body.name]);
      claim(rows.length === 0, 'nothing was written, says the superuser');
    },
  },
  {
    title: 'A row cannot refer to a row of another organization',
    async run({ send, claim, ask, seeded }) {
      const body = { name: 'Ghost-written', createdBy: seeded.users.bob };
      const answer = await send('POST /api/careless/whole-body', {
        as: 'ada',
        organization: 'acme',
        body,
      });
      claim(
        answer.status === 409,
        'an author of Globex on a project of Acme: the foreign key refuses',
      );
      const rows = await ask('select from projects where name = $1', [body.name]);
      claim(rows.length === 0, 'nothing was written, says the superuser');
    },
  },
  {
    title: 'UPDATE without WHERE changes only the own rows',
    async run({ send, claim, ask, seeded, note }) {
      const answer = await send('POST /api/careless/describe-all', {
        as: 'bob',
        organization: 'globex',
      });
      const [count] = await ask(
        `select count(*) filter (where organization_id = $1)::int as own,
                count(*) filter (where organization_id <> $1)::int as foreign
         from projects where description <> ''`,
        [seeded.organizations.globex],
        seeded.organizations.globex,
      );
      note(`the superuser counts ${count?.own} changed in Globex, ${count?.foreign} elsewhere`);
      claim(
        answer.json?.changed === count?.own && count?.foreign === 0,
        'every row of Globex, none of Acme',
      );
    },
  },
  {
    title: 'A handler that fails half-way leaves nothing',
    async run({ send, claim, ask }) {
      const answer = await send('POST /api/careless/fail-half-way', {
        as: 'ada',
        organization: 'acme',
      });
      const rows = await ask(`select from projects where name = 'Half a job'`);
      claim(answer.status === 500 && rows.length === 0, 'its transaction was rolled back');
    },
  },
];
