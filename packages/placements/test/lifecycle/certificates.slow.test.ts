import { createHmac } from 'node:crypto';
import { createLogins, withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { describe, expect, it } from 'vitest';
import { eraseEverywhere } from '../../src/lifecycle/erase/erase-everywhere.ts';
import { erase, filled, left, options } from '../support/erasures.ts';
import { acme, ask, featureOf, globex, places, tenancy } from '../support/world.ts';

describe('a certificate', () => {
  it('is in a chain, and signed when there is a key', async () => {
    const url = await filled();
    const first = await erase(url);
    const second = await erase(url, { tenant: globex, key: 'a secret' });
    expect([first?.number, first?.signature, second?.number]).toEqual([1, null, 2]);
    const signed = createHmac('sha256', 'a secret')
      .update(second?.certificate ?? '')
      .digest('hex');
    expect(second?.signature).toBe(signed);
    const [chain] = await ask(
      url,
      `select bool_and(hash = sha256(coalesce(before, '') || convert_to(certificate, 'UTF8'))) as whole
       from (select *, lag(hash) over (order by number) as before from tenantry.erasures) e`,
    );
    expect(chain).toEqual({ whole: true });
    const { system } = await createLogins(url, tenancy);
    const changed = withClient(system, async (client) => {
      await client.query('set role placements_system');
      await client.query('delete from tenantry.erasures');
    });
    await expect(changed).rejects.toThrow('permission denied');
  });
});

describe('erase of a tenant with a place', () => {
  it('erases both databases, and its id stays refused', async () => {
    const { shared, urls, open, route } = await places('eu1');
    await route(acme, 'eu1');
    const eu1 = urls.get('eu1') as string;
    const pool = open();
    try {
      const add = () =>
        tenancy.run(acme, () =>
          pool.query("insert into items (organization_id, title) values ($1, 'x')", [acme]),
        );
      await add();
      const certificates = await withClient(shared, (client) =>
        eraseEverywhere(client, (_, fn) => withClient(eu1, fn), options),
      );
      expect(certificates.map(({ certificate }) => JSON.parse(certificate).tables.length)).toEqual([
        3, 2,
      ]);
      await expect(add()).rejects.toMatchObject({ code: 'TENANT_SUSPENDED' });
      for (const url of [shared, eu1]) expect((await left(url)).organizations).toEqual([0, 1]);
      expect(
        await ask(shared, 'select tenant, place, suspended_for from tenantry.placements'),
      ).toEqual([{ tenant: acme, place: null, suspended_for: 'erased' }]);
      await expect(ask(shared, 'select tenantry.restore_tenant($1)', [acme])).rejects.toThrow(
        'TENANT_NOT_FOUND: it is erased',
      );
    } finally {
      await pool.end();
    }
  });

  it('that was interrupted can be taken back; the word erased as a reason means nothing', async () => {
    const { shared } = await places();
    const state = () => ask(shared, 'select suspended_for, erasure from tenantry.placements');
    await ask(shared, 'select tenantry.begin_erasure($1)', [acme]);
    expect(await state()).toEqual([{ suspended_for: 'erased', erasure: 'begun' }]);
    await ask(shared, 'select tenantry.restore_tenant($1)', [acme]);
    expect(await state()).toEqual([]);
    await ask(shared, "select tenantry.suspend_tenant($1, 'erased')", [acme]);
    expect(await state()).toEqual([{ suspended_for: 'erased', erasure: null }]);
  });

  it('that ends while somebody restores the tenant stays: the restore waits for it', async () => {
    const { shared } = await places();
    await ask(shared, 'select tenantry.begin_erasure($1)', [acme]);
    await withClient(shared, async (erasing) => {
      await erasing.query('begin');
      await erasing.query('select tenantry.end_erasure($1)', [acme]);
      const restored = ask(shared, 'select tenantry.restore_tenant($1)', [acme]);
      const refused = expect(restored).rejects.toThrow('TENANT_NOT_FOUND: it is erased');
      const waiting = `select 1 from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and query ~ 'restore_tenant'`;
      await expect.poll(() => ask(shared, waiting)).toHaveLength(1);
      await erasing.query('commit');
      await refused;
    });
    expect(await ask(shared, 'select erasure from tenantry.placements')).toEqual([
      { erasure: 'done' },
    ]);
  });

  it('refuses a key that can be guessed, before anything is done', async () => {
    const { shared } = await places();
    const by = (key: string) =>
      withClient(shared, (client) =>
        eraseEverywhere(client, (_, fn) => fn(client), { ...options, key }),
      );
    const refused = by('x'.repeat(31));
    await expect(refused).rejects.toMatchObject({ code: 'ERASURE_KEY_SHORT' });
    await expect(refused).rejects.not.toThrow(/xx/);
    expect(await ask(shared, 'select from tenantry.placements')).toEqual([]);
    const [certificate] = await by('x'.repeat(32));
    expect(certificate?.signature).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses another database than that of the tenant', async () => {
    const { shared, urls, route } = await places('eu1', 'eu2');
    await route(acme, 'eu1');
    const wrong = withClient(shared, (client) =>
      eraseEverywhere(client, (_, fn) => withClient(urls.get('eu2') as string, fn), options),
    );
    await expect(wrong).rejects.toMatchObject({ code: 'PLACE_UNAVAILABLE' });
    expect((await left(urls.get('eu2') as string)).organizations).toEqual([1, 2]);
  });
});

it('tenantry tenants erase wants the name twice, and prints the certificate', async () => {
  const { shared } = await places();
  const config = { tenancy, features: [featureOf(() => undefined)] };
  const run = (twice: string, name = 'acme') =>
    runCommand(config, [
      'tenants',
      'erase',
      name,
      '--yes-erase',
      twice,
      '--by',
      'Olga',
      '--url',
      shared,
      '--json',
    ]);
  expect((await run('globex')).code).toBe(2);
  expect((await left(shared)).organizations).toEqual([1, 2]);
  const { stdout } = await run('acme');
  expect(JSON.parse(JSON.parse(stdout)[0].certificate)).toMatchObject({
    tenant: acme,
    erasedBy: 'Olga',
  });
  expect(JSON.parse((await run(acme, acme)).stdout)).toEqual(JSON.parse(stdout));
  expect((await run('nobody', 'nobody')).stderr).toContain('TENANT_NOT_FOUND');
});
