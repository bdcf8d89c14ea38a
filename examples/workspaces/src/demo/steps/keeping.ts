import { listed, pathsOf } from '../paths.ts';
import type { Step } from '../stage.ts';

const [ines, tom] = ['northwind/ines', 'northwind/tom'] as const;
const estate = 'Estate of M. Duarte';

export const keepingSteps: readonly Step[] = [
  {
    title: 'What is thrown away comes back',
    async run({ send, claim, seeded }) {
      const at = pathsOf(seeded, 'northwind');
      const papers = at.documents('litigation', estate);
      const { json: page } = await send(`GET ${papers}`, { as: tom });
      const { id, title } = page?.items[0] ?? {};
      const thrown = await send(`DELETE ${at.document('litigation', id)}`, { as: tom });
      const gone = await send(`GET ${at.document('litigation', id)}`, { as: tom });
      claim(thrown.status === 204 && gone.status === 404, `Tom throws “${title}” away`);
      const { json: his } = await send('GET /api/trash', { as: tom });
      claim(his?.documents.length === 0, 'an editor sees no trash');
      const { json: hers } = await send('GET /api/trash', { as: ines });
      claim(hers?.documents[0]?.id === id, 'whoever may restore does');
      const again = await send(`POST ${papers}`, { as: tom, body: { title } });
      claim(again.status === 201, 'its title is free at once');
      const early = await send(`POST /api/trash/documents/${id}/restore`, { as: ines });
      claim(early.status === 409 && early.json?.code === 'ROW_EXISTS', 'and not for both: 409');
      await send(`DELETE ${at.document('litigation', again.json?.id)}`, { as: tom });
      const back = await send(`POST /api/trash/documents/${id}/restore`, { as: ines });
      const found = await send(`GET ${at.document('litigation', id)}`, { as: tom });
      claim(back.status === 204 && found.status === 200, 'restored, Tom has it again');
    },
  },
  {
    title: 'A project takes its documents along, and brings them back',
    async run({ send, claim, seeded }) {
      const at = pathsOf(seeded, 'northwind');
      const before = await send(`GET ${at.documents('litigation', estate)}`, { as: ines });
      await send(`DELETE ${at.project('litigation', estate)}`, { as: ines });
      const found = await send('GET /api/documents?title=inventory', { as: ines });
      claim(found.json?.items.length === 0, 'thrown away with its documents');
      const id = seeded.projects.northwind[estate];
      await send(`POST /api/trash/projects/${id}/restore`, { as: ines });
      const after = await send(`GET ${at.documents('litigation', estate)}`, { as: ines });
      claim(
        String(listed(after.json)) === String(listed(before.json)),
        'restored with those, and without what was in the trash before',
      );
    },
  },
  {
    title: 'The audit log says who did what',
    async run({ send, claim, seeded }) {
      const { json } = await send('GET /api/audit?action=document.restored&limit=1', { as: ines });
      claim(json?.items[0]?.actor.id === seeded.users.northwind.ines, 'Inés restored a document');
      const { status } = await send('GET /api/audit', { as: tom });
      claim(status === 403, 'an editor does not read it: 403');
    },
  },
  {
    title: 'The documents of a tenant are in one of eight partitions',
    async run({ as, pool, claim }) {
      const { rows } = await as('northwind', 'ines', () =>
        pool.query<{ 'QUERY PLAN': string }>(
          'explain (analyze, costs off, timing off) select * from documents',
        ),
      );
      const read = rows
        .map((row) => row['QUERY PLAN'])
        .filter((line) => line.includes('Scan') && !line.includes('never executed'))
        .flatMap((line) => /documents_p\d/.exec(line) ?? []);
      claim(new Set(read).size === 1, 'select * from documents reads one, without a WHERE');
    },
  },
];
