import { failureInWords } from '@tenantry/core/scope';
import { tenantKey } from '@tenantry/core/sql';
import type { SyncParts } from '../sync/parts.ts';
import type { BillingDeadLetters } from './dead-letters.ts';

/** What could not be done, in all databases; those that answer are listed. */
export async function listDeadLetters(
  { tenancy, database }: Pick<SyncParts, 'tenancy' | 'database'>,
  most: number,
): Promise<BillingDeadLetters<never>> {
  const answers = await database.answers((each) => each.call('dead', { most }));
  const [here] = answers;
  if (answers.length === 1 && here?.error !== undefined) throw here.error;
  const found = answers.flatMap(({ value = [] }) => value);
  return {
    events: found.flatMap(({ events }) => events).slice(0, most),
    tenants: found
      .flatMap(({ tenants }) => tenants)
      .slice(0, most)
      .map(({ tenant, ...row }) => ({ ...tenantKey(tenancy, tenant), ...row })),
    unanswered: answers.filter(({ error }) => error !== undefined).map(failureInWords),
  };
}
