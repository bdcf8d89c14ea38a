import type { Step } from '../stage.ts';

const ada = { as: 'ada', organization: 'acme' } as const;
const bob = { as: 'bob', organization: 'acme' } as const;

export const invitingSteps: readonly Step[] = [
  {
    title: 'An invitation makes one member, once, and only who was invited',
    async run({ send, claim, note, mails, ask, seeded }) {
      const body = { email: 'bob@b2b.example', role: 'viewer' };
      const before = await send('GET /api/projects', bob);
      claim(before.status === 404, 'Bob is of Globex: Acme does not exist for him');
      const { json: invitation } = await send('POST /api/invitations', { ...ada, body });
      const token = mails.at(-1)?.url.split('#')[1] ?? '';
      note(`a mail to ${mails.at(-1)?.to} with a link; the database has a hash of its token`);
      const { acme } = seeded.organizations;
      const whole = 'select i::text as whole from invitations i where id = $1';
      const [row] = await ask(whole, [invitation?.id], acme);
      claim(
        token.length >= 43 && !String(row?.whole).includes(token),
        'the token is in the mail and nowhere else',
      );
      const accept = (as: 'bob' | 'alan') =>
        send('POST /account/invitations/accept', { as, body: { token } });
      claim((await accept('alan')).status === 403, 'Alan, who found the link, is refused');
      const answers = await Promise.all(Array.from({ length: 10 }, () => accept('bob')));
      const statuses = answers.map(({ status }) => status).sort();
      claim(
        statuses.join() === [201, ...Array(9).fill(409)].join(),
        'of ten clicks at once one makes Bob a member, nine are told that it is used',
      );
      const members = await ask(
        'select from memberships where organization_id = $1 and user_id = $2',
        [acme, seeded.users.bob],
        acme,
      );
      const { json: mine } = await send('GET /api/permissions', bob);
      claim(
        members.length === 1 && mine?.permissions?.join() === 'projects:read',
        'Bob is in Acme and may read its projects',
      );
    },
  },
  {
    title: 'A new role is rows: no code, no deploy',
    async run({ send, claim, note, seeded }) {
      const { json: list } = await send('GET /api/projects', ada);
      const change = (description: string) =>
        send(`PATCH /api/projects/${list?.items?.[0]?.id}`, { ...bob, body: { description } });
      const refused = await change('by a viewer');
      note(refused.json?.detail);
      claim(refused.status === 403, 'a viewer changes nothing');
      const { json: why } = await send('GET /api/permissions/projects:update', bob);
      claim(why?.allowed === false && why.fix.includes('role'), `he is told why: ${why?.fix}`);
      const body = { name: 'Copy-editor', parent: 'viewer', permissions: ['projects:update'] };
      await send('PUT /api/roles/copy-editor', { ...ada, body });
      await send(`POST /api/members/${seeded.users.bob}/roles`, {
        ...ada,
        body: { role: 'copy-editor' },
      });
      claim(
        (await change('edited')).status === 200,
        'the application that is running lets the copy-editor change it',
      );
      const less = { ...body, permissions: [] };
      const { json: preview } = await send('POST /api/roles/copy-editor/preview', {
        ...ada,
        body: less,
      });
      claim(
        preview?.effects?.[0]?.user === seeded.users.bob &&
          preview.effects[0].loses.join() === 'projects:update',
        'before the role becomes less, a preview says who loses what',
      );
      await send('PUT /api/roles/copy-editor', { ...ada, body: less });
      claim((await change('too late')).status === 403, 'the next request is refused');
    },
  },
  {
    title: 'Nobody gives more than they have, and an owner remains',
    async run({ send, claim, seeded, ask }) {
      const eve = { as: 'eve', organization: 'acme' } as const;
      const owner = await send(`POST /api/members/${seeded.users.eve}/roles`, {
        ...eve,
        body: { role: 'owner' },
      });
      claim(owner.json?.code === 'GRANT_ABOVE_OWN', 'an admin does not make herself an owner');
      const left = await send(`DELETE /api/members/${seeded.users.ada}`, ada);
      claim(left.json?.code === 'LAST_OWNER', 'the last owner does not leave');
      const { acme } = seeded.organizations;
      const raw = ask('delete from users where id = $1', [seeded.users.ada], acme);
      const refusal = await raw.then(
        () => 'deleted',
        (error: Error) => error.message,
      );
      claim(refusal.includes('LAST_OWNER'), 'nor does the superuser delete her');
    },
  },
  {
    title: 'Who is removed is out with the next request',
    async run({ send, claim, seeded }) {
      const removed = await send(`DELETE /api/members/${seeded.users.bob}`, ada);
      const { status } = await send('GET /api/projects', bob);
      claim(removed.status === 204 && status === 404, 'for Bob, Acme does not exist any more');
    },
  },
];
