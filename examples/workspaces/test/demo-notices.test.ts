import { ClaimFailed } from '@tenantry/example-kit/demo';
import { expect, it } from 'vitest';
import { steps } from '../src/demo/steps/index.ts';
import { testWorld } from './support/world.ts';

// A demo that could not fail would prove nothing: each guard is taken away, and the steps that stand on it
// must say so.

const openTenant = `
  alter policy documents_tenant_isolation on documents using (true) with check (true);
  alter policy documents_tenant_floor on documents using (true) with check (true);`;

const openRoles = `
  drop policy documents_may_select on documents;
  drop policy documents_may_insert on documents;
  drop policy documents_may_update on documents;`;

const openTitle = 'drop index documents_title_key;';

const guards = [
  {
    guard: 'the tenant in the policies',
    sql: openTenant,
    titles: [
      'A member sees the workspaces that a role reaches, and what is in them',
      'The documents of a tenant are in one of eight partitions',
    ],
  },
  {
    guard: 'the roles in the policies',
    sql: openRoles,
    titles: [
      'A member sees the workspaces that a role reaches, and what is in them',
      'The policies decide, when the code forgets to ask',
      'What is thrown away comes back',
      // what the step before did not restore
      'The audit log says who did what',
    ],
  },
  { guard: 'the unique title', sql: openTitle, titles: ['What is thrown away comes back'] },
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
