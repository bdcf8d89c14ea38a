import { verifyExport, verifyProof } from '@tenantry/audit-log/verify';
import { audit } from '../../audit.ts';
import { tenancy } from '../../tenancy.ts';
import type { Step } from '../stage.ts';

const ada = { as: 'ada', organization: 'acme' } as const;

export const auditingSteps: readonly Step[] = [
  {
    title: 'A change and its audit entry happen together',
    async run({ send, claim, note, seeded }) {
      const name = 'Audited Anvil';
      const { json: project } = await send('POST /api/projects', { ...ada, body: { name } });
      const { json: log } = await send('GET /api/audit?limit=2', ada);
      const [said, seen] = ['project.created', 'projects.inserted'].map((action) =>
        log?.items.find((entry: { action: string }) => entry.action === action),
      );
      note(`${said?.action} by ${said?.actor.id}; the trigger saw ${seen?.action}`);
      claim(
        said?.resource.id === project?.id && said?.actor.id === seeded.users.ada,
        'the entry of the application names the project and Ada',
      );
      claim(
        seen?.transactionId === said?.transactionId && seen?.metadata.new.name === name,
        'the entry of the trigger has the row, and the same transaction',
      );
      const failed = await send('POST /api/projects', { ...ada, body: { name } });
      const { json: after } = await send('GET /api/audit?limit=1', ada);
      claim(
        failed.status === 409 && after?.items[0].id === log?.items[0].id,
        'a project that is refused leaves no entry',
      );
    },
  },
  {
    title: 'The audit log is for admins, and cannot be changed',
    async run({ send, claim, ask }) {
      const { status } = await send('GET /api/audit', { as: 'alan', organization: 'acme' });
      claim(status === 403, 'a member who is no admin gets 403');
      const change = ask(`update audit_logs set action = 'nothing.happened'`);
      const refusal = await change.then(
        () => 'changed',
        (error: Error) => error.message,
      );
      claim(refusal.includes('AUDIT_APPEND_ONLY'), 'even the superuser is refused an UPDATE');
    },
  },
  {
    title: 'Whoever tampers with the log is found out',
    async run({ send, claim, ask, note, pool, seeded }) {
      const { acme } = seeded.organizations;
      // each database has a log of its own
      const place = { organizationId: acme };
      const system = <R>(fn: () => Promise<R>) =>
        tenancy.asSystem({ reason: 'seal and verify', actor: 'demo', write: true, place }, fn);
      // a transaction of somebody else on this server may hold the seals back for a moment
      const sealed = async () => {
        await audit.seal(pool);
        return audit.verify(pool);
      };
      let sound = await system(sealed);
      while (sound.ok && sound.unsealed > 0) sound = await system(sealed);
      claim(sound.ok && sound.unsealed === 0, `${sound.entries} entries, all of them sealed`);

      const { json: log } = await send('GET /api/audit?action=project.created&limit=1', ada);
      const id: string = log?.items[0].id;
      const { json: proof } = await send(`GET /api/audit/${id}/proof`, ada);
      claim(verifyProof(proof).ok, 'a proof of one entry, checked without the database');

      const [before] = await ask('select metadata from audit_logs where id = $1', [id], acme);
      const rewrite = async (metadata: unknown) => {
        await ask('alter table audit_logs disable trigger tenantry_audit_refuse', [], acme);
        await ask('update audit_logs set metadata = $2 where id = $1', [id, metadata], acme);
        await ask('alter table audit_logs enable always trigger tenantry_audit_refuse', [], acme);
      };
      note('the superuser takes the trigger away and rewrites an entry');
      await rewrite({ name: 'Nothing to see here' });
      const found = await system(() => audit.verify(pool));
      claim(
        !found.ok && found.findings[0]?.entry === id,
        'verify names the entry that was rewritten',
      );
      const { text } = await send('GET /api/audit/export', ada);
      const offline = await verifyExport(text.split('\n'));
      claim(offline.findings[0]?.entry === id, 'and so does an export, without the database');
      await rewrite(before?.metadata);
      claim((await system(() => audit.verify(pool))).ok, 'put back as it was, it verifies again');
    },
  },
];
