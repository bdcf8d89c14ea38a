import { expect, test } from 'vitest';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme, ada, failure, world } from './support/world.ts';

const { pool, ask, asAda } = await world();

test('a schedule that is started in a scope runs outside of it', async () => {
  const errors: unknown[] = [];
  let schedule: ReturnType<typeof audit.start> | undefined;
  // a scope that is cut short lets nothing go on that was started in it
  const cut = tenancy.run({ organizationId: acme, user: ada, timeoutMs: 300 }, () => {
    schedule = audit.start(pool, { sealEveryMs: 100, onError: (error) => errors.push(error) });
    return new Promise(() => {});
  });
  expect(await failure(cut)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
  await asAda(() =>
    pool.batch(() => [
      audit.log(pool, 'thing.happened', {
        resource: ['thing', 'late'],
        metadata: { text: 'late' },
      }),
    ]),
  );
  const sealed = () =>
    ask(
      `select from audit_logs where resource_id = 'late' and transaction_id < (select next_xid from tenantry.audit_jobs where job = 'seal')`,
    );
  while ((await sealed()).length === 0 && errors.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await schedule?.stop();
  expect(errors).toEqual([]);
});
