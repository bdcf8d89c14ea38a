import { diagnose } from '@tenantry/rls/doctor';
import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { audit, schema, tenancy } from './fixtures/schema.ts';
import { world } from './support/world.ts';

const { url, ask } = await world();

/** What doctor says of the log. */
async function findings(): Promise<[rule: string, found: string][]> {
  const diagnosis = await withClient(url, (client) =>
    diagnose(client, { tenancy, schema, features: [audit] }),
  );
  expect(diagnosis.unseen.filter((each) => each.includes('audit'))).toEqual([]);
  return diagnosis.findings
    .filter(({ rule }) => rule.startsWith('audit-log-'))
    .map(({ rule, found }) => [rule, found]);
}

test('doctor finds what stops the log or leaves gaps in it', async () => {
  expect(await findings()).toEqual([]);
  await ask(
    `insert into tenantry.audit_failures (table_name, operation, sqlstate, row_count) values ('public.projects', 'INSERT', '23514', 1)`,
  );
  await ask(
    `insert into tenantry.audit_deliveries (sink, failures) values ('siem', 7)
     on conflict (sink) do update set failures = 7`,
  );
  expect(await findings()).toEqual([
    ['audit-log-captures', expect.stringContaining('public.projects left no entry')],
    ['audit-log-delivered', expect.stringContaining('siem has refused')],
  ]);
  await ask('delete from tenantry.audit_failures');
  await ask('delete from tenantry.audit_deliveries');
  await ask('delete from tenantry.audit_partitions where to_at > now()');
  expect(await findings()).toEqual([
    ['audit-log-partitions', expect.stringContaining('no partition')],
  ]);
});
