import { expect, test } from 'vitest';
import { audit } from './fixtures/schema.ts';
import { acme, failure, globex, withClientOf, world } from './support/world.ts';

// What keeps the parts of the log that erase and retire from doing more than they are asked to.
const { pool, url, app, ask, system } = await world();

const entry = (tenant: string, user: string) =>
  ask(
    `insert into audit_logs (organization_id, action, resource_type, actor_type, actor_id, transaction_id, salt, content_hash)
     select $1, 'thing.happened', 'thing', 'user', $2::text, pg_current_xact_id()::text::bigint, 'x', sha256('x')`,
    [tenant, user],
  );
const named = async (user: string) =>
  (
    await ask<{ tenant: string }>(
      'select organization_id as tenant from audit_logs where actor_id = $1',
      [user],
    )
  ).map(({ tenant }) => tenant);

test('the app role sees no notes on failures, and calls nothing that erases, forgets or retires', async () => {
  await withClientOf(app, async (client) => {
    for (const statement of [
      'select from tenantry.audit_failures',
      'delete from tenantry.audit_failures',
      'select tenantry.audit_delete_failures(1)',
      `select tenantry.audit_erase('${acme}', 'eve', '{}', 'x')`,
      `select tenantry.audit_retire('2020-01', '{${acme}}', 1)`,
    ]) {
      expect(await failure(client.query(statement)), statement).toMatchObject({ code: '42501' });
    }
  });
});

test('an erasure for one tenant leaves the others, and an entry that does not name the person', async () => {
  await entry(acme, 'eve');
  await entry(globex, 'eve');
  await system(() => audit.erase(pool, { organizationId: acme, user: 'eve', reason: 'asked for' }));
  expect(await named('eve')).toEqual([globex]);
  const [own] = await ask<{ text: string }>(
    "select l::text as text from audit_logs l where action = 'audit.erased' and organization_id = $1",
    [acme],
  );
  expect(own?.text).toContain('asked for');
  expect(own?.text).not.toContain('eve');
});

test('the permit of an erasure ends with it, also within its transaction', async () => {
  await entry(acme, 'mallory');
  await withClientOf(url, async (client) => {
    await client.query('begin');
    await client.query(`select tenantry.audit_erase('${acme}', 'mallory', '{}', 'asked for')`);
    await expect(client.query('delete from audit_logs')).rejects.toThrow();
    await client.query('rollback');
  });
});

test('an erasure with a tenant under another word is refused, and erases nobody', async () => {
  await entry(acme, 'trudy');
  for (const word of ['tenant', 'tenantId', 'organisationId']) {
    const options = { [word]: acme, user: 'trudy', reason: 'asked for' };
    await expect(system(() => audit.erase(pool, options))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(word),
    });
  }
  expect(await ask("select from audit_logs where actor_id = 'trudy'")).toHaveLength(1);
});

test('a month that is not over, and one that another process works on, are not retired', async () => {
  const month = new Date().toISOString().slice(0, 7);
  const retire = `select entries::int, busy from tenantry.audit_retire('${month}', '{${acme}}', 12)`;
  expect(await ask(retire)).toEqual([{ entries: 0, busy: false }]);
  await withClientOf(url, async (client) => {
    await client.query('begin');
    await client.query("select from tenantry.audit_jobs where job = 'maintain' for update");
    expect(await ask(retire)).toEqual([{ entries: 0, busy: true }]);
    await client.query('rollback');
  });
});

test('a trial of a capture records no failure instead of raising it', async () => {
  const recordable = (tried: string) =>
    withClientOf(url, async (client) => {
      await client.query(`set tenantry.audit_try = '${tried}'`);
      const { rows } = await client.query(
        "select tenantry.audit_is_recordable('22P02') as recordable",
      );
      return rows[0].recordable;
    });
  expect([await recordable('on'), await recordable('off')]).toEqual([false, true]);
});
