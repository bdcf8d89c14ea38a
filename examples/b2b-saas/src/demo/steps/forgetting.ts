import type { Step } from '../stage.ts';

export const forgettingSteps: readonly Step[] = [
  {
    title: 'A statement outside a scope is refused',
    async run({ send, claim }) {
      const answer = await send('GET /careless/no-scope', { as: 'ada', organization: 'acme' });
      claim(
        answer.status === 500 && answer.json?.code === 'TENANT_CONTEXT_MISSING',
        'a route without the middleware reads nothing: TENANT_CONTEXT_MISSING',
      );
    },
  },
  {
    title: 'A forgotten await is not half a success',
    async run({ send, claim, ask }) {
      const answer = await send('POST /api/careless/no-await', { as: 'ada', organization: 'acme' });
      claim(
        answer.status === 500 && answer.json?.code === 'SCOPE_WORK_UNFINISHED',
        'the handler said 202, the client gets 500: SCOPE_WORK_UNFINISHED',
      );
      const rows = await ask(`select from projects where name = 'Fired and forgotten'`);
      claim(rows.length === 0, 'the work was cancelled and rolled back, says the superuser');
    },
  },
  {
    title: 'A client that escaped its request is dead',
    async run({ send, claim }) {
      const kept = await send('POST /api/careless/keep-client', {
        as: 'ada',
        organization: 'acme',
      });
      const used = await send('GET /api/careless/kept-client', {
        as: 'bob',
        organization: 'globex',
      });
      claim(
        kept.status === 200 && used.json?.code === 'TENANT_SCOPE_ENDED',
        "Bob's request cannot use the client of Ada's: TENANT_SCOPE_ENDED",
      );
    },
  },
];
