import type { Answer } from '@tenantry/example-kit/demo';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Person } from '../../src/seed.ts';
import { type Fuzzed, requests } from './requests.ts';
import type { testWorld } from './world.ts';

/** What only Calder Studio may read. */
const foreign = /Tidewater|Spring campaign|Marta|marta@|calder-studio|6,250/;
const internals = /\bat .+:\d+:\d+|node_modules|\.ts:\d+|select .+ from|pg_|password_hash/i;

/** Sends requests as somebody of Ridgeline Sports; no answer may be a fault, or tell of another. */
export async function fuzz(
  world: Awaited<ReturnType<typeof testWorld>>,
  person: Person,
  parameters: fc.Parameters<[Fuzzed]>,
): Promise<void> {
  const client = await world.as(person, 'ridgeline');
  const rows = await world.ask(`
    select id::text from projects union all select id::text from tasks
    union all select id::text from users union all select id::text from organizations`);
  const before = await contentOfCalder(world);
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(requests(rows.map(({ id }) => String(id))), async ({ what, sending }) => {
      const answer = await client.send(what, sending);
      statuses.add(answer.status);
      check(answer);
    }),
    { endOnFailure: true, ...parameters },
  );
  // some were fine, and some of the others were refused for what they held
  expect([...statuses]).toEqual(expect.arrayContaining([200, 404, 422]));
  expect(await contentOfCalder(world)).toEqual(before);
  const page = await client.send('GET /');
  expect(page.text).not.toContain('<img');
}

export function check({ status, text, headers }: Answer): void {
  expect({ status, text }).toMatchObject({ status: expect.toSatisfy((code) => code < 500) });
  expect(text).not.toMatch(foreign);
  if (status < 400) return;
  expect(text).not.toMatch(internals);
  expect(headers['content-type']).toContain('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[A-Z_]+$/) });
}

const contentOfCalder = ({ ask, seeded }: Awaited<ReturnType<typeof testWorld>>) =>
  ask(
    `select to_jsonb(p) as row from projects p where organization_id = $1
     union all select to_jsonb(t) from tasks t where organization_id = $1
     union all select to_jsonb(m) from member_roles m where organization_id = $1
     union all select to_jsonb(o) from organizations o where id = $1 order by 1`,
    [seeded.organizations.calder],
  );
