import { pathsOf } from '../paths.ts';
import type { Step } from '../stage.ts';
import { rootDomain } from '../world.ts';

const ines = { as: 'northwind/ines' } as const;

export const enteringSteps: readonly Step[] = [
  {
    title: 'Another tenant is not there',
    async run({ send, claim, seeded }) {
      const foreign = await send('GET /api/workspaces', { ...ines, tenant: 'fabrikam' });
      const unknown = await send('GET /api/workspaces', { ...ines, tenant: 'no-such-one' });
      claim(
        foreign.status === 404 && foreign.text === unknown.text,
        'Fabrikam answers Inés as a tenant that does not exist: 404, byte for byte',
      );
      const { status } = await send(
        `GET ${pathsOf(seeded, 'fabrikam').workspace('clinics')}`,
        ines,
      );
      claim(status === 404, 'a workspace of Fabrikam, by its id: 404');
      const { json } = await send('GET /api/documents', { as: 'fabrikam/tom' });
      claim(
        json?.items.length === 3,
        'Tom has an account at each customer: here he lists 3 documents of Fabrikam',
      );
    },
  },
  {
    title: 'A request names one tenant, and a user',
    async run({ send, claim }) {
      const host = `northwind.${rootDomain}`;
      const bySubdomain = await send('GET /api/tenant', { ...ines, tenant: null, host });
      claim(bySubdomain.json?.name === 'Northwind Legal', 'a subdomain names the tenant');
      const both = await send('GET /api/tenant', { ...ines, tenant: 'fabrikam', host });
      const none = await send('GET /api/tenant', { ...ines, tenant: null });
      claim(both.status === 400 && none.status === 400, 'two tenants, or none: 400');
      const nobody = await send('GET /api/tenant', { tenant: 'northwind' });
      const forged = await send('GET /api/tenant', { tenant: 'northwind', token: 'a.b.c' });
      claim(nobody.status === 401 && forged.status === 401, 'no token, or a forged one: 401');
    },
  },
  {
    title: 'Errors have a status and a code',
    async run({ send, claim, seeded }) {
      const workspace = pathsOf(seeded, 'northwind').workspace('contracts');
      const empty = await send(`PATCH ${workspace}`, { ...ines, body: { name: '' } });
      claim(
        empty.status === 422 && empty.json?.issues[0]?.at === 'name',
        'a name that is empty: 422 REQUEST_INVALID, and where',
      );
      const body = { name: 'Contracts again', slug: 'contracts' };
      const taken = await send('POST /api/workspaces', { ...ines, body });
      claim(taken.status === 409 && taken.json?.code === 'ROW_EXISTS', 'a slug that is taken: 409');
      const large = { ...body, name: 'x'.repeat(1_100_000) };
      const tooLarge = await send('POST /api/workspaces', { ...ines, body: large });
      claim(tooLarge.status === 413, 'a body of more than 1 MiB: 413');
      const nowhere = await send('GET /api/nothing', ines);
      claim(nowhere.status === 404 && nowhere.json?.code === 'NOT_FOUND', 'no such page: 404');
    },
  },
];
