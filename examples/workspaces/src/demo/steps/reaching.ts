import { sql } from 'drizzle-orm';
import { documents } from '../../schema/index.ts';
import { listed, pathsOf } from '../paths.ts';
import type { Step } from '../stage.ts';

const [ines, tom, ruth] = ['northwind/ines', 'northwind/tom', 'northwind/ruth'] as const;

export const reachingSteps: readonly Step[] = [
  {
    title: 'A member sees the workspaces that a role reaches, and what is in them',
    async run({ send, claim }) {
      const all = await send('GET /api/documents', { as: ines });
      claim(all.json?.items.length === 8, 'Inés, of the whole tenant, lists all 8 documents');
      const some = await send('GET /api/documents', { as: tom });
      claim(some.json?.items.length === 5, 'Tom, of litigation, lists its 5');
      const { json } = await send('GET /api/workspaces', { as: ruth });
      claim(String(listed(json)) === 'Contracts', 'Ruth has the workspace Contracts, and no other');
      const found = await send('GET /api/documents?title=LE', { as: ruth });
      claim(
        String(listed(found.json)) === 'Office lease,Sublease',
        'a search finds what she may read, and nothing of litigation',
      );
    },
  },
  {
    title: 'A role holds in its workspace and below',
    async run({ send, claim, seeded }) {
      const at = pathsOf(seeded, 'northwind');
      const work = at.documents('litigation', 'Harbour v. Lindqvist');
      const made = await send(`POST ${work}`, { as: tom, body: { title: 'Timeline' } });
      claim(made.status === 201, 'Tom, an editor, adds a document to litigation');
      const { status, json } = await send(`POST ${at.workspace('litigation')}/projects`, {
        as: tom,
        body: { name: 'A project of his own' },
      });
      claim(
        status === 403 && json?.permission === 'projects:create' && json.role === 'manager',
        'an editor makes no project: 403, and which role would',
      );
      const other = at.documents('contracts', 'Lease templates');
      const refused = await send(`POST ${other}`, { as: tom, body: { title: 'Timeline' } });
      claim(refused.status === 403, 'in contracts his role does not hold: 403');
      const hidden = await send(`GET ${other}`, { as: tom });
      claim(hidden.status === 404, 'and what is there does not exist for him: 404');
    },
  },
  {
    title: 'The policies decide, when the code forgets to ask',
    async run({ as, db, ask, claim }) {
      const changed = await as('northwind', 'tom', async () => {
        const { rowCount } = await db.update(documents).set({ content: { pages: 1 } });
        return rowCount;
      });
      const [{ count }] = await ask(`select count(*)::int from documents where content <> '{}'`);
      claim(changed === 6 && count === 6, 'UPDATE without WHERE: the 6 of litigation, no other');
      const refusal = await as('northwind', 'ruth', async () =>
        db.execute(sql`insert into documents (workspace_id, project_id, title)
          select workspace_id, project_id, 'by a viewer' from documents limit 1 returning id`),
      ).then(
        () => 'written',
        (error: { cause?: { code?: string } }) => error.cause?.code,
      );
      claim(refusal === '42501', 'INSERT by a viewer: refused by PostgreSQL');
    },
  },
];
