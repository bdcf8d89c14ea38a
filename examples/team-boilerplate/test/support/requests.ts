import fc from 'fast-check';
import type { Sending } from '../../src/demo/client.ts';

/** A request of a fuzz test. */
export interface Fuzzed {
  readonly what: string;
  readonly sending: Sending;
}

const oddTexts = fc.constantFrom(
  '',
  ' ',
  '__proto__',
  'constructor',
  'a\0b',
  '\ud800',
  '%00',
  '%zz',
  '../../etc/passwd',
  "'; drop table projects; --",
  '<img src=x onerror=alert(1)>',
  'Ünïcödé 🏟️ ‮',
  'x'.repeat(5000),
  '9'.repeat(400),
  '2026-02-30',
);
const text = fc.oneof(oddTexts, fc.string({ unit: 'binary', maxLength: 40 }));
const inPath = (value: string) => encodeURIComponent(value.replace(/\p{Surrogate}/gu, '�'));

/** The keys that bodies have, and some that they have not. */
const keys = [
  ...[
    'name',
    'description',
    'title',
    'status',
    'projectId',
    'assigneeId',
    'dueOn',
    'email',
    'role',
  ],
  ...['permissions', 'parent', 'isDefault', 'userId', 'keep', 'expiresAt', 'project', 'settings'],
  ...['organizationId', 'organization_id', 'id', 'plan', '__proto__', 'toString'],
];

/** Requests to every route, well-formed and not, with the ids of one's own and of others. */
export function requests(ids: readonly string[]) {
  const id = fc.oneof(fc.constantFrom(...ids), fc.uuid(), text);
  const value = fc.oneof(
    id,
    text,
    fc.integer(),
    fc.constantFrom(null, true, 'done', 'member', 'owner', 'projects:read', '2026-12-24'),
    fc.array(fc.oneof(fc.constantFrom('projects:read', 'tasks:*', '*'), text), { maxLength: 3 }),
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
  );
  const body = fc.oneof(
    { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 5 }) },
    { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
  );
  const segment = id.map(inPath);
  const path = fc.oneof(
    fc.constantFrom('organization', 'members', 'roles', 'permissions', 'invitations'),
    fc.constantFrom('projects', 'tasks', 'members/transfer-ownership'),
    fc
      .tuple(
        fc.constantFrom('projects', 'tasks', 'members', 'roles', 'permissions', 'invitations'),
        segment,
      )
      .map((parts) => parts.join('/')),
    segment.map((each) => `members/${each}/roles`),
    fc.tuple(segment, segment).map(([member, role]) => `members/${member}/roles/${role}`),
    segment.map((each) => `roles/${each}/preview`),
    segment.map((each) => `invitations/${each}/resend`),
    segment,
  );
  const query = fc
    .dictionary(
      fc.constantFrom('after', 'limit', 'project', 'user'),
      fc.oneof(id, fc.integer().map(String)),
      {
        maxKeys: 2,
      },
    )
    .map((pairs) =>
      Object.entries(pairs)
        .map(([key, each]) => `${key}=${inPath(each)}`)
        .join('&'),
    );
  const headers = fc.constantFrom<Record<string, string | string[]>>(
    {},
    {},
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=utf-7' },
    { 'content-encoding': 'gzip' },
    { 'x-organization': ['calder', 'ridgeline'] },
    { 'x-organization': 'calder' },
    { authorization: 'Bearer x.y.z' },
    { authorization: ['Bearer a', 'Bearer b'] },
    { 'x-forwarded-host': 'calder.team.localhost' },
    { 'x-http-method-override': 'DELETE' },
  );
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND');
  return fc.record({ method, path, query, headers, body, raw: fc.option(text, { freq: 8 }) }).map(
    ({ method, path, query, headers, body, raw }): Fuzzed => ({
      what: `${method} /api/${path}${query === '' ? '' : `?${query}`}`,
      sending: {
        headers,
        ...(method !== 'GET' && (raw === null ? { body } : { raw })),
      },
    }),
  );
}
