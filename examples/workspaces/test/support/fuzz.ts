import { sendTo } from '@tenantry/example-kit/demo';
import { wildBodies, wildPaths } from '@tenantry/example-kit/fuzz';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Stage } from '../../src/demo/stage.ts';

const w = '/api/workspaces/:workspace';
const paths = [
  '/api/tenant',
  '/api/usage',
  '/api/me',
  '/api/members',
  '/api/members/:user',
  '/api/members/:user/roles/:role',
  '/api/workspaces',
  '/api/workspaces',
  w,
  `${w}/members`,
  `${w}/members/:user/roles/:role`,
  `${w}/projects`,
  `${w}/projects/:project`,
  `${w}/projects/:project/documents`,
  `${w}/documents/:document`,
  '/api/documents',
  '/api/documents',
  '/api/trash',
  '/api/trash',
  '/api/trash/documents/:id',
  '/api/trash/:kind/:id/restore',
  '/api/audit',
  '/api/billing',
  '/api/billing/checkout',
  '/api/billing/portal',
  '/api/:anything',
  '/health/ready',
  '/webhooks/stripe',
];
const keys =
  'name slug title content workspaceId tenantId id email displayName deletedAt plan interval returnUrl'.split(
    ' ',
  );
const methods = ['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];

/**
 * Sends wild requests as people of Northwind, of whom the first owns it. None may be answered by a 5xx, say
 * where the code is, or contain anything of Fabrikam, whose rows must stay as they are.
 */
export async function fuzz(stage: Stage, numRuns: number): Promise<void> {
  const { seeded, ask, port, tokenOf } = stage;
  const fingerprint = `
    select md5(string_agg(r::text, ',' order by r::text)) as sum from (
      select to_jsonb(d) r from documents d where tenant_id = $1 union all
      select to_jsonb(p) from projects p where tenant_id = $1 union all
      select to_jsonb(w) from workspaces w where tenant_id = $1 union all
      select to_jsonb(m) from member_roles m where tenant_id = $1 union all
      select to_jsonb(u) from users u where tenant_id = $1) rows`;
  const foreign = [seeded.tenants.fabrikam];
  const before = await ask(fingerprint, foreign);
  const secrets = ['Fabrikam', 'Opening Bergen', 'Floor plan', 'Staffing', 'Mei Tanaka'];
  const idsOf = async (tenant: string) =>
    (
      await ask(
        `select id::text from documents where tenant_id = $1 union all
         select id::text from projects where tenant_id = $1 union all
         select id::text from workspaces where tenant_id = $1 union all
         select id::text from users where tenant_id = $1 and email not like 'ines@%'`,
        [tenant],
      )
    ).map(({ id }) => id as string);
  const ids = [
    ...(await idsOf(seeded.tenants.northwind)),
    ...(await idsOf(seeded.tenants.fabrikam)),
    'documents',
    'projects',
    'viewer',
  ];
  const request = fc.record({
    method: fc.constantFrom(...methods),
    path: wildPaths(paths, ids, ['title', 'action', 'actor']),
    person: fc.constantFrom('ines', 'ines', 'tom', 'ruth'),
    tenant: fc.constantFrom<(string | string[])[]>(
      'northwind',
      'northwind',
      'northwind',
      'northwind',
      'fabrikam',
      'nobody',
      ['northwind', 'fabrikam'],
      '__proto__',
    ),
    type: fc.constantFrom('application/json', 'application/json', 'text/plain', 'a/b;c="'),
    body: wildBodies(ids, keys, ['viewer', 'owner', 'monthly', 'team']),
  });

  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, person, tenant, type, body }) => {
      const raw = method === 'GET' || method === 'HEAD' ? undefined : body;
      const { status, text } = await sendTo(port, {
        method,
        path,
        headers: {
          authorization: `Bearer ${tokenOf(`northwind/${person}`)}`,
          'x-tenant': tenant,
          ...(raw !== undefined && { 'content-type': type }),
        },
        raw,
      });
      expect(status, text).toBeLessThan(500);
      expect(text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|select |insert into/i);
      for (const secret of secrets) expect(text).not.toContain(secret);
    }),
    { numRuns },
  );
  expect(await ask(fingerprint, foreign)).toEqual(before);
}
