import { sendTo } from '@tenantry/example-kit/demo';
import { wildBodies, wildPaths } from '@tenantry/example-kit/fuzz';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Stage } from '../../src/demo/stage.ts';

const paths = [
  '/account/organizations',
  '/account/invitations/:token',
  '/account/invitations/accept',
  '/api/organization',
  '/api/organization/usage',
  '/api/organization/usage/preview/:plan',
  '/api/members',
  '/api/members/:user',
  '/api/members/:user/roles',
  '/api/members/:user/roles/:role',
  '/api/members/transfer-ownership',
  '/api/invitations',
  '/api/invitations/:id',
  '/api/invitations/:id/resend',
  '/api/roles',
  '/api/roles/:key',
  '/api/roles/:key/preview',
  '/api/permissions',
  '/api/permissions/:permission',
  '/api/keys',
  '/api/keys/:id',
  '/api/keys/:id/rotate',
  '/api/projects',
  '/api/projects/:project',
  '/api/audit',
  '/api/audit/:id/proof',
  '/api/billing',
  '/api/billing/checkout',
  '/api/billing/portal',
  '/api/:anything',
  '/openapi.json',
  '/webhooks/stripe',
];
const methods = ['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
const keys = [
  ...['name', 'slug', 'description', 'status', 'role', 'project', 'expiresAt', 'userId', 'email'],
  ...['token', 'permissions', 'parent', 'plan', 'interval', 'returnUrl', 'organizationId', 'id'],
];

/**
 * Sends wild requests as people of Acme, of whom Ada owns it. None may be answered by a 5xx, say where the code
 * is, or contain anything of Globex, whose rows must stay as they are.
 */
export async function fuzz({ seeded, ask, port, tokens }: Stage, numRuns: number): Promise<void> {
  const { acme, globex } = seeded.organizations;
  const fingerprint = () =>
    ask(
      `select md5(string_agg(r::text, ',' order by r::text)) as sum from (
         select to_jsonb(o) r from organizations o where id = $1 union all
         select to_jsonb(p) from projects p where organization_id = $1 union all
         select to_jsonb(m) from member_roles m where organization_id = $1 union all
         select to_jsonb(i) from invitations i where organization_id = $1) rows`,
      [globex],
    );
  const before = await fingerprint();
  const of = async (organization: string) =>
    ask(
      `select id::text, name from projects where organization_id = $1
       union all select user_id::text, null from memberships where organization_id = $1`,
      [organization],
    );
  const [own, theirs] = [await of(acme), await of(globex)];
  const ids = [...own, ...theirs].map(({ id }) => String(id));
  // what stands in their rows alone
  const secrets = theirs.flatMap(({ name }) =>
    name === null || own.some((row) => row.name === name) ? [] : [String(name)],
  );
  expect(secrets.length).toBeGreaterThan(0);
  const request = fc.record({
    method: fc.constantFrom(...methods),
    path: wildPaths(paths, [...ids, 'projects:read', 'pro', 'viewer'], ['project', 'user', 'from']),
    person: fc.constantFrom('ada' as const, 'ada' as const, 'alan' as const),
    organization: fc.constantFrom<string | string[]>(
      ...['acme', 'acme', 'acme', 'acme', 'globex', 'nobody', '__proto__'],
      ['acme', 'globex'],
    ),
    type: fc.constantFrom('application/json', 'application/json', 'text/plain', 'a/b;c="'),
    body: wildBodies(ids, keys, ['viewer', 'owner', 'monthly', 'pro', ['projects:read'], ['*']]),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, person, organization, type, body }) => {
      const raw = method === 'GET' || method === 'HEAD' ? undefined : body;
      const { status, text } = await sendTo(port, {
        method,
        path,
        headers: {
          authorization: `Bearer ${tokens[person]}`,
          'x-organization': organization,
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
  expect(await fingerprint()).toEqual(before);
}
