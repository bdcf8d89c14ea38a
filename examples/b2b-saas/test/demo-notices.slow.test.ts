import { ClaimFailed } from '@tenantry/example-kit/demo';
import { beforeEach, expect, it, vi } from 'vitest';
import { steps } from '../src/demo/steps/index.ts';
import { testWorld } from './support/world.ts';

// A demo that could not fail would prove nothing: each guard is taken away, and the steps that stand
// on it must say so.

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const openPolicies = `
  alter policy projects_tenant_isolation on projects using (true) with check (true);
  alter policy projects_tenant_floor on projects using (true) with check (true);`;

const openEntry = `
  create or replace function tenantry.enter(by text, claim text, user_id text, on_behalf_of text default null)
  returns text language sql stable security definer as $$
    select json_build_object(
      'tenant', set_config('app.organization_id', o.id::text, true),
      'facts', json_build_object('rbac', (
        select p.facts from tenantry.member_permissions p where p.tenant_id = o.id and p.user_id::text = $3)))::text
    from public.organizations o where o.slug = claim
  $$;`;

const openReference = 'alter table projects drop constraint projects_created_by_fk;';

const guards = [
  {
    guard: 'the policies',
    sql: openPolicies,
    titles: [
      'Acme sees its projects, Globex its own',
      'Somebody in both organizations sees one at a time',
      'A handler without any WHERE leaks nothing',
      'SQL that names another organization finds nothing there',
      'The id of a foreign project opens nothing',
      'An organization in the body does not move a row',
      'UPDATE without WHERE changes only the own rows',
      // these only read: the pool refuses the foreign rows, so nobody gets an answer
      'A client that escaped its request is dead',
      'A new role is rows: no code, no deploy',
      'doctor examines the live database and finds nothing',
      'It costs one round trip',
    ],
  },
  {
    guard: 'the check of the membership',
    sql: openEntry,
    titles: [
      'A forged header for a foreign organization gets 404',
      'An invitation makes one member, once, and only who was invited',
      'A new role is rows: no code, no deploy',
      'Who is removed is out with the next request',
      'doctor examines the live database and finds nothing',
    ],
  },
  {
    guard: 'the composite foreign key',
    sql: openReference,
    titles: [
      'A row cannot refer to a row of another organization',
      'doctor examines the live database and finds nothing',
    ],
  },
];

for (const { guard, sql, titles } of guards) {
  const stage = await testWorld();
  it(`without ${guard} the demo fails`, async () => {
    await stage.ask(sql);
    const failed: string[] = [];
    for (const step of steps) {
      try {
        await step.run(stage);
      } catch (error) {
        expect(error).toBeInstanceOf(ClaimFailed);
        failed.push(step.title);
      }
    }
    expect(failed).toEqual(titles);
  });
}
