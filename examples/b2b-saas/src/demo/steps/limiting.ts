import type { Stage, Step } from '../stage.ts';

const initech = { as: 'bob', organization: 'initech' } as const;

const newProject = ({ send }: Stage, name: string) =>
  send('POST /api/projects', { ...initech, body: { name } });

export const limitingSteps: readonly Step[] = [
  {
    title: 'A plan is held to its limit, and upgraded by changing a row',
    async run(stage) {
      const { send, claim, note, ask } = stage;
      const body = { name: 'Initech', slug: 'initech' };
      await send('POST /account/organizations', { as: 'bob', body });
      const names = Array.from({ length: 6 }, (_, i) => `Report ${i}`);
      const answers = await Promise.all(names.map((name) => newProject(stage, name)));
      const made = answers.filter(({ status }) => status === 201).length;
      claim(made === 3, 'of six projects at once on the free plan three are made');
      const refused = answers.find(({ status }) => status === 403)?.json;
      note(refused?.detail);
      claim(
        refused?.code === 'LIMIT_REACHED' && refused.limit === 3 && refused.plan === 'free',
        'the others are a 403 that names feature, limit, used and plan',
      );
      const raw = `insert into projects (organization_id, name) select id, 'By hand' from organizations where slug = 'initech'`;
      const sql = await ask(raw).then(
        () => 'inserted',
        (error: Error) => error.message,
      );
      claim(sql.startsWith('LIMIT_REACHED'), 'the superuser is refused by the same trigger');
      await ask("update organizations set plan = 'pro' where slug = 'initech'");
      claim(
        (await newProject(stage, 'TPS')).status === 201,
        'one UPDATE of the plan later, the next request is let through',
      );
    },
  },
  {
    title: 'Invitations take seats, and a downgrade takes nothing away',
    async run(stage) {
      const { send, claim, note, ask } = stage;
      await ask("update organizations set plan = 'free' where slug = 'initech'");
      const { json: usage } = await send('GET /api/organization/usage', initech);
      const of = (feature: string) =>
        usage?.items?.find((each: { feature: string }) => each.feature === feature);
      note(`projects: ${of('projects')?.used} of ${of('projects')?.limit}`);
      claim(of('projects')?.isOver === true, 'four projects of three are over, and still there');
      claim(of('apiCalls')?.used > 0, `${of('apiCalls')?.used} API calls this month are counted`);
      const invite = (name: string) =>
        send('POST /api/invitations', {
          ...initech,
          body: { email: `${name}@b2b.example`, role: 'member' },
        });
      const answers = await Promise.all(['milton', 'peter', 'samir'].map(invite));
      const statuses = answers.map(({ status }) => status).sort();
      claim(
        statuses.join() === '201,403,403',
        'of three invitations at once one gets the second of two seats',
      );
      await ask(
        "update plan_features set limit_value = 3 where plan = 'free' and feature = 'seats'",
      );
      claim(
        (await invite('samir')).status !== 403,
        'a limit is a row too: raised, and the next one fits',
      );
      await ask(
        "update plan_features set limit_value = 2 where plan = 'free' and feature = 'seats'",
      );
    },
  },
];
