import type { Queryable } from '@tenantry/core/sql';
import { describe, expect, test } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import { tenancy } from '../fixtures/tenancy.ts';
import { failure, limitsDatabase } from '../support/database.ts';

const database = await limitsDatabase();
const worker = database.throughWorker();

describe('through a worker', () => {
  /** Works in the scope of a new organization. */
  const inNew = async (
    plan: string,
    fn: (world: typeof worker, organization: string) => Promise<void>,
  ) => {
    const organization = await worker.organization(plan);
    await tenancy.run(organization, () => fn(worker, organization));
  };

  test('a live count holds, and a bulk insert over the limit is refused as a whole', () =>
    inNew('free', async ({ pool }) => {
      const values = (n: number) => Array.from({ length: n }, () => "('p')").join(', ');
      await pool.query(`insert into projects (name) values ${values(8)}`);
      expect(
        await failure(pool.query(`insert into projects (name) values ${values(3)}`)),
      ).toMatchObject({ code: 'LIMIT_REACHED', details: { used: 8, limit: 10, requested: 3 } });
      expect(await limits.explain(pool, 'projects')).toMatchObject({ used: 8, remaining: 2 });
      await pool.query(`insert into projects (name) values ${values(2)}`);
    }));

  test('a counter-backed count follows inserts, updates, deletes and rollbacks', () =>
    inNew('free', async ({ pool }) => {
      const used = async () => (await limits.explain(pool, 'documents')).used;
      await pool.query("insert into documents (title, is_draft) values ('a', false), ('b', true)");
      expect(await used()).toBe(1);
      await pool.query('update documents set is_draft = false');
      expect(await used()).toBe(2);
      await pool.query("delete from documents where title = 'a'");
      expect(await used()).toBe(1);
      const client = await pool.connect();
      await client.query('begin');
      await client.query("insert into documents (title) values ('undone')");
      await client.query('rollback');
      client.release();
      expect(await used()).toBe(1);
    }));

  test('a call in a transaction sees what the transaction has written, and goes with it', () =>
    inNew('free', async ({ pool }) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query("insert into projects (name) values ('p')");
      expect(await limits.explain(client, 'projects')).toMatchObject({ used: 1 });
      expect(await limits.consume(client, 'apiCalls', 7)).toMatchObject({ used: 7 });
      await client.query('savepoint a');
      expect(await failure(limits.consume(client, 'apiCalls', 94))).toMatchObject({
        code: 'LIMIT_REACHED',
        status: 429,
      });
      await client.query('rollback to a');
      await client.query("insert into documents (title) values ('d')");
      await client.query('rollback');
      client.release();
      expect(await limits.usage(pool)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ feature: 'projects', used: 0 }),
          expect.objectContaining({ feature: 'apiCalls', used: 0 }),
          expect.objectContaining({ feature: 'documents', used: 0 }),
        ]),
      );
    }));

  test('keys, refunds and reservations count once', () =>
    inNew('free', async ({ pool, system, ask }, acme) => {
      const used = async () => (await limits.explain(pool, 'apiCalls')).used;
      await limits.consume(pool, 'apiCalls', 5, { key: 'a' });
      expect(await limits.consume(pool, 'apiCalls', 5, { key: 'a' })).toMatchObject({
        replayed: true,
      });
      await limits.refund(pool, 'apiCalls', { key: 'a' });
      await limits.reserve(pool, 'apiCalls', 40, { key: 'b', expiresInSeconds: 60 });
      await limits.confirm(pool, 'apiCalls', { key: 'b', amount: 30 });
      for (const key of ['c', 'd', 'e']) {
        await limits.reserve(pool, 'apiCalls', 10, { key, expiresInSeconds: 60 });
      }
      await limits.release(pool, 'apiCalls', { key: 'c' });
      expect(await used()).toBe(50);
      await ask(
        "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1 and state = 'reserved'",
        [acme],
      );
      const { tables } = await system(() => limits.upkeep(pool));
      expect(tables.reservations).toEqual({ done: true, removed: 2, left: 0 });
      expect(await used()).toBe(30);
    }));

  test('plans, add-ons, exceptions and trials are changed as the system role, and remembered', () =>
    inNew('free', async ({ pool, system, ask }, organizationId) => {
      const limit = async (feature: 'seats' | 'projects') =>
        (await limits.explain(pool, feature)).limit;
      await system(async () => {
        const change = { organizationId, source: 'stripe' };
        expect(
          await limits.setPlan(pool, {
            ...change,
            plan: 'pro',
            version: 2,
            addons: { 'extra-seats': 2 },
            periodStart: new Date('2026-01-31T10:00:00Z'),
          }),
        ).toBe(true);
        expect(await limits.setPlan(pool, { ...change, plan: 'free', version: 1 })).toBe(false);
        expect(await limits.getPlan(pool, { organizationId })).toEqual({
          plan: 'pro',
          source: 'stripe',
          readOnly: false,
          isDefault: false,
          addons: { 'extra-seats': 2 },
        });
      });
      expect(await limit('seats')).toBe(20);
      const id = await system(() =>
        limits.addOverride(pool, {
          organizationId,
          feature: 'projects',
          add: 5,
          reason: 'r',
          actor: 'a',
        }),
      );
      expect(await limit('projects')).toBe(55);
      expect(await system(() => limits.endOverride(pool, { organizationId, id }))).toBe(true);
      await system(() =>
        limits.startTrial(pool, {
          organizationId,
          plan: 'enterprise',
          endsAt: new Date(Date.now() + 86_400_000),
        }),
      );
      expect(await limit('projects')).toBe(null);
      const changes = await limits.history(pool);
      expect(changes.map(({ subject }) => subject)).toEqual(
        expect.arrayContaining(['plan', 'add_on', 'override']),
      );
      expect(changes[0]).toMatchObject({ subject: 'plan', state: { trial_plan: 'enterprise' } });
      const [created] = await ask<{ at: string }>(
        'select to_json(min(at)) #>> $2 as at from entitlement_history where organization_id = $1',
        [organizationId, '{}'],
      );
      const then = await limits.entitlementsAt(pool, new Date(Date.parse(created?.at ?? '') + 1));
      expect(then.find(({ feature }) => feature === 'projects')).toMatchObject({ limit: 10 });
      expect((await limits.describe(pool)).allowances).toHaveLength(8);
    }));

  test('changing a row of plan_features changes the limit, for all nodes', () =>
    inNew('small', async ({ pool, system, ask }) => {
      const plan = async (n: number) =>
        system(() =>
          pool.query(
            "update plan_features set limit_value = $1 where plan = 'small' and feature = 'projects'",
            [n],
          ),
        );
      await pool.query("insert into projects (name) values ('a'), ('b')");
      await plan(1);
      // two are more than one: the limit from before holds for the days of the plan
      expect(await limits.explain(pool, 'projects')).toMatchObject({
        planLimit: 1,
        limit: 2,
        graceUntil: expect.any(String),
      });
      const [change] = await limits.history(pool, { limit: 1 });
      expect(change).toMatchObject({ subject: 'plan_feature', key: 'small/projects' });
      const logged = await ask<{ result: string }>(
        'select distinct result from run_command_on_all_nodes($$ select count(*) from tenantry.limit_changed_plans $$)',
      );
      expect(logged).toHaveLength(1);
      const drift = await system(() => limits.sync(pool, { overwrite: true }));
      expect(drift.map(({ key }) => key)).toEqual(['small projects']);
      expect(await system(() => limits.drift(pool))).toEqual([]);
    }));

  test('crossed thresholds are taken by one worker each', () =>
    inNew('free', async ({ pool, system, ask }) => {
      await ask('delete from limit_events');
      await pool.query(
        `insert into projects (name) values ${Array.from({ length: 10 }, () => "('p')").join()}`,
      );
      for (const amount of [85, 15]) await limits.consume(pool, 'apiCalls', amount);
      const take = (db: Queryable) => limits.takeEvents(db, { batchSize: 2 });
      const taken = await system(async () => {
        const client = await pool.connect();
        await client.query('begin');
        // the other two are taken beside those that are not committed yet
        const all = [...(await take(client)), ...(await take(pool))];
        await client.query('commit');
        client.release();
        return all;
      });
      expect(taken.map((each) => `${each.feature} ${each.threshold}`).sort()).toEqual([
        'apiCalls 100',
        'apiCalls 80',
        'projects 100',
        'projects 80',
      ]);
      expect(await system(() => take(pool))).toEqual([]);
    }));

  test('upkeep deletes what has expired, of all tenants', () =>
    inNew('free', async ({ pool, system, ask, organization }, acme) => {
      const others = [await organization(), await organization(), await organization()];
      for (const each of [acme, ...others]) {
        await ask(
          `insert into usage_events (organization_id, feature, key, amount, state, period_start, answer, created_at)
           values ($1, 'apiCalls', 'old', 1, 'used', '2020-01-01', '{}', now() - interval '91 days')`,
          [each],
        );
      }
      const { done, tables } = await system(() => limits.upkeep(pool));
      expect(done).toBe(true);
      expect(tables.usageEvents).toEqual({ done: true, removed: 4, left: 0 });
      expect(Object.keys(tables)).toHaveLength(9);
    }));

  test('a recount corrects every tenant', () =>
    inNew('free', async ({ pool, system, ask, organization }, acme) => {
      const globex = await organization();
      await pool.query("insert into documents (title) values ('a'), ('b')");
      await ask('update usage_counters set used = 9 where organization_id = $1', [acme]);
      await ask("insert into usage_counters values ($1, 'documents', '-infinity', 'infinity', 3)", [
        globex,
      ]);
      expect(await system(() => limits.recount(pool, 'documents'))).toBe(2);
      expect(await limits.explain(pool, 'documents')).toMatchObject({ used: 2 });
      expect(await system(() => limits.recount(pool))).toBe(0);
    }));

  test('a recount waits for who is writing, and counts what that wrote', () =>
    inNew('free', async ({ pool, system, ask }, acme) => {
      await pool.query("insert into documents (title) values ('a')");
      await ask('update usage_counters set used = 7 where organization_id = $1', [acme]);
      const client = await pool.connect();
      await client.query('begin');
      await client.query("insert into documents (title) values ('b')");
      const recounted = system(() => limits.recount(pool, 'documents'));
      const waiting = () =>
        ask(
          `select from run_command_on_all_nodes($$ select count(*) from pg_stat_activity
             where wait_event_type = 'Lock' and datname = current_database() $$) r where r.result <> '0'`,
        );
      await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
      await client.query('commit');
      client.release();
      expect(await recounted).toBe(1);
      expect(await limits.explain(pool, 'documents')).toMatchObject({ used: 2 });
    }));

  test('no tenant sees or takes from another', async () => {
    const { pool, organization } = worker;
    const [acme, globex] = [await organization(), await organization()];
    await tenancy.run(acme, () => limits.consume(pool, 'apiCalls', 5));
    await tenancy.run(globex, async () => {
      expect(await limits.explain(pool, 'apiCalls')).toMatchObject({ used: 0 });
      for (const called of ['usage_take_of', 'usage_take_of_here']) {
        const error = await failure(
          pool.query(`select tenantry.${called}($1, 'apiCalls', 1, null, null)`, [acme]),
        );
        expect(error.code, called).toBe('42501');
      }
      await limits.consume(pool, 'apiCalls', 100);
    });
    await tenancy.run(acme, async () => {
      expect(await limits.explain(pool, 'apiCalls')).toMatchObject({ used: 5 });
    });
  });

  test('who names no tenant in a system scope is told so', async () => {
    const { pool, system } = worker;
    const error = await failure(system(() => limits.usage(pool)));
    expect(error).toMatchObject({ code: 'USAGE_INVALID' });
  });

  test('what a tenant used goes with it, and what it was allowed stays', () =>
    inNew('free', async ({ pool, ask }, acme) => {
      await limits.consume(pool, 'apiCalls', 5, { key: 'a' });
      await pool.query("insert into projects (name) values ('p')");
      await ask('delete from organizations where id = $1', [acme]);
      const [left] = await ask(
        `select (select count(*)::int from usage_counters where organization_id = $1) as counters,
           (select count(*)::int from usage_events where organization_id = $1) as events,
           (select count(*)::int from entitlement_history where organization_id = $1) as changes`,
        [acme],
      );
      expect(left).toEqual({ counters: 0, events: 0, changes: 2 });
    }));

  test.each(['repeatable read', 'serializable'])('%s is refused by a live count', (level) =>
    inNew('free', async ({ pool }) => {
      const client = await pool.connect();
      await client.query(`begin isolation level ${level}`);
      expect(await failure(client.query("insert into projects (name) values ('p')"))).toMatchObject(
        { code: 'ISOLATION_LEVEL_REFUSED' },
      );
      await client.query('rollback');
      client.release();
    }),
  );
});
