import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { distribute, planDistribution } from '@tenantry/rls/distribution';
import { diagnose } from '@tenantry/rls/doctor';
import { generate } from '@tenantry/rls/generate';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, runAll, withClient } from '@tenantry/testing/schema';
import { getTableConfig } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { application } from './application.ts';
import { catalogueOf } from './catalogue.ts';

// a role of its own: on one server nobody may log in as it, on Citus a node does
const writer = 'audit_writer_of_conversions';
const plain = application('postgres', writer);
const app = application('citus', writer);

/** The pool of an application, and how it is used. */
async function serve(url: string, { tenancy }: typeof plain) {
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 4,
  });
  return {
    url,
    pool,
    system: <R>(fn: () => Promise<R>) =>
      tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn),
    enter: <R>(organization: string, user: string, fn: () => Promise<R>) =>
      pool.enter({ claim: { by: 'id', value: organization }, user }, fn),
  };
}
type Served = Awaited<ReturnType<typeof serve>>;

interface Organization {
  readonly id: string;
  readonly owner: string;
  readonly editor: string;
  readonly viewer: string;
}

async function organization({ pool, system }: Served): Promise<Organization> {
  const made = {
    id: randomUUID(),
    owner: randomUUID(),
    editor: randomUUID(),
    viewer: randomUUID(),
  };
  await system(() =>
    pool.transaction(async (tx) => {
      await tx.query('insert into organizations (id, name) values ($1, $2)', [made.id, 'Acme']);
      for (const role of ['owner', 'editor', 'viewer'] as const) {
        const user = made[role];
        await tx.query('insert into users (id, email) values ($1, $2)', [user, `${user}@a.test`]);
        await tx.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
          made.id,
          user,
        ]);
        await tx.query(
          `insert into member_roles (organization_id, user_id, role_id)
           select $1, $2, id from built_in_roles where key = $3 returning id`,
          [made.id, user, role],
        );
      }
    }),
  );
  return made;
}

const projects = (n: number) =>
  `insert into projects (name) select 'P' || n from generate_series(1, ${n}) n returning id`;

/** 20 organizations with 200 rows, keys, invitations, counts and overrides each. */
async function filled(on: Served): Promise<Organization[]> {
  const { rbac, limits } = plain;
  const all: Organization[] = [];
  for (let i = 0; i < 20; i++) {
    const one = await organization(on);
    all.push(one);
    const organizationId = one.id;
    await on.system(async () => {
      const addons = { 'more-calls': 2 };
      await limits.setPlan(on.pool, { organizationId, plan: 'team', addons, source: 'test' });
      const why = { reason: 'test', actor: 'test' };
      await limits.addOverride(on.pool, { organizationId, feature: 'calls', add: i, ...why });
    });
    await on.enter(one.id, one.editor, async () => {
      await on.pool.query(projects(100));
      await on.pool.query(
        `insert into documents (title) select 'D' || n from generate_series(1, 100) n returning id`,
      );
      await limits.consume(on.pool, 'calls', 3, { key: 'once' });
    });
    await on.enter(one.id, one.owner, async () => {
      await rbac.invitations.create(on.pool, { email: `new${i}@a.test`, role: 'viewer' });
    });
    if (i === 10) await on.system(() => plain.audit.seal(on.pool));
  }
  return all;
}

const tables = Object.values(app.schema).map((table) => getTableConfig(table).name);
const own = ['audit_seals', 'member_permissions', 'rbac_versions', 'limit_changed'];

/** All rows, whose order and column `held` say nothing. */
const rowsOf = (url: string) =>
  withClient(url, async (client) => {
    const found: Record<string, unknown> = {};
    for (const table of [...tables, ...own.map((name) => `tenantry.${name}`)]) {
      const { rows } = await client.query(
        `select count(*)::int as n, md5(string_agg(r, '' order by r)) as hash from (select (to_jsonb(t) - 'held')::text as r from ${table} t) x`,
      );
      found[table] = rows[0];
    }
    return found;
  });

/** What must not change. */
async function stateOf(on: Served, of: typeof plain, organizations: readonly Organization[]) {
  const { pool, system, enter } = on;
  const seen: unknown[] = [];
  for (const { id, owner, viewer } of organizations) {
    await enter(id, owner, async () => {
      seen.push(await of.rbac.describe(pool), await of.limits.usage(pool));
      seen.push((await pool.query('select * from projects order by id')).rows);
    });
    await enter(id, viewer, async () => {
      seen.push(of.rbac.snapshot(), (await pool.query('delete from projects')).rowCount);
    });
  }
  const log = await system(() => of.audit.verify(pool));
  return { seen, log, rows: await rowsOf(on.url) };
}

/** The application after the conversion. @returns how many rows it has added that the log captures */
async function goesOn(on: Served, organizations: readonly Organization[]): Promise<number> {
  const { pool, enter } = on;
  const [first, second] = organizations as [Organization, Organization];
  const document = `insert into documents (title) values ('more') returning id`;
  await enter(first.id, first.editor, async () => {
    for (const insert of [projects(1), document]) {
      for (let i = 0; i < 2; i++) expect((await pool.query(insert)).rowCount).toBe(1);
      await expect(pool.query(insert)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    }
    // the same key as before, and one more
    const { used } = await app.limits.consume(pool, 'calls', 3, { key: 'once' });
    expect(used).toBe(3);
    expect(await app.limits.consume(pool, 'calls', 3)).toMatchObject({ used: 6 });
  });
  await enter(second.id, second.viewer, async () => {
    expect((await pool.query('select name from projects')).rowCount).toBe(100);
    await expect(pool.query(projects(1))).rejects.toMatchObject({ code: '42501' });
  });
  await expect(enter(second.id, first.owner, async () => 0)).rejects.toMatchObject({
    code: 'TENANT_NOT_FOUND',
  });
  await enter(second.id, second.owner, async () => {
    expect((await pool.query(`delete from projects where name = 'P1'`)).rowCount).toBe(1);
  });
  return 5;
}

const database = (of: typeof plain) =>
  createCitusDatabase({
    async migrate(url) {
      await withClient(url, (client) =>
        client.query(
          `do $$ begin if exists (select from pg_roles where rolname = '${writer}') then alter role ${writer} nologin; end if; end $$`,
        ),
      );
      return applySchema(url, of);
    },
  });

describe.skipIf(citusUrl() === undefined)(
  'a live database of one server becomes one of Citus',
  () => {
    test('what is there afterwards is what a new database has', async () => {
      const [fresh, converted] = [await database(app), await database(plain)];
      try {
        const wanted = await withClient(fresh.url, catalogueOf);
        const found = await withClient(converted.url, async (client) => {
          await distribute(client, app);
          const once = await catalogueOf(client);
          // what the next migration runs
          const { foundation, sections } = generate(app);
          await runAll(
            client,
            [foundation, ...sections].flatMap(({ statements }) => statements),
          );
          expect(await catalogueOf(client)).toEqual(once);
          const { findings } = await diagnose(client, app);
          expect(findings.filter(({ rule }) => rule.startsWith('citus-'))).toEqual([]);
          return once;
        });
        expect(found).toEqual(wanted);
      } finally {
        await fresh.drop();
        await converted.drop();
      }
    }, 240_000);

    test('with roles, limits and a log: everything is as it was, and goes on', async () => {
      const live = await database(plain);
      try {
        const before = await serve(live.url, plain);
        const organizations = await filled(before);
        // other tests on this server may have a transaction open, which seals wait for
        while ((await before.system(() => plain.audit.seal(before.pool))).lag !== undefined);
        const last = organizations.at(-1) as Organization;
        await before.enter(last.id, last.editor, () => before.pool.query(projects(1)));
        const known = await stateOf(before, plain, organizations);
        expect(known.log).toMatchObject({ ok: true, findings: [], unsealed: 1 });
        expect(known.log.entries).toBeGreaterThan(4000);
        await before.pool.end();

        const plan = await withClient(live.url, async (client) => {
          const planned = await planDistribution(client, app);
          expect(planned.obstacles).toEqual([]);
          const { steps, rows } = await distribute(client, app);
          expect(steps).toEqual(planned.steps.map((step) => ({ ...step, done: true })));
          expect(rows).toMatchObject({ organizations: 20, projects: 2001, documents: 2000 });
          return planned;
        });
        expect(plan.steps).toContainEqual({
          table: 'tenantry.audit_seals',
          by: 'tenant',
          done: false,
        });
        expect(plan.steps).toContainEqual({ table: 'users', by: 'reference', done: false });

        const after = await serve(live.url, app);
        try {
          expect(await stateOf(after, app, organizations)).toEqual(known);
          const added = await goesOn(after, organizations);
          while ((await after.system(() => app.audit.seal(after.pool))).lag !== undefined)
            await new Promise((resolve) => setTimeout(resolve, 20));
          const verified = await after.system(() =>
            app.audit.verify(after.pool, { anchors: known.log.anchors }),
          );
          expect(verified).toMatchObject({
            ...{ ok: true, findings: [], unsealed: 0 },
            entries: known.log.entries + added,
            sealed: known.log.entries + added,
          });
        } finally {
          await after.pool.end();
        }
      } finally {
        await live.drop();
      }
    }, 240_000);

    test('a run that is killed leaves it as it was, wherever that was', async () => {
      const live = await database(plain);
      const watch = new pg.Client({ connectionString: live.url });
      await watch.connect();
      try {
        const before = await serve(live.url, plain);
        const one = await organization(before);
        await before.system(() => plain.audit.seal(before.pool));
        await before.enter(one.id, one.editor, () => before.pool.query(projects(3)));
        await before.pool.end();
        const known = [await rowsOf(live.url), await catalogueOf(watch)];

        /** Runs until a statement, and ends its session there. @returns how many statements it has sent */
        const killedAt = async (
          stops: (sent: number, text: string) => 'before' | 'while' | false,
        ) => {
          const client = new pg.Client({ connectionString: live.url });
          client.on('error', () => {});
          await client.connect();
          const { rows } = await client.query('select pg_backend_pid() as pid');
          const end = () => watch.query('select pg_terminate_backend($1)', [rows[0].pid]);
          let sent = 0;
          const killed = {
            async query(text: string, values?: unknown[]) {
              const stop = stops(++sent, text);
              if (stop === 'before') await end();
              const answer = client.query(text, values as []);
              if (stop === 'while') {
                answer.catch(() => {});
                await runs(rows[0].pid, text);
                await end();
              }
              return answer;
            },
          };
          await distribute(killed, app).catch((error) => expect(error).toBeDefined());
          await client.end().catch(() => {});
          await vi.waitFor(async () => {
            const { rowCount } = await watch.query('select from pg_stat_activity where pid = $1', [
              rows[0].pid,
            ]);
            expect(rowCount).toBe(0);
          });
          return sent;
        };
        const runs = (pid: number, text: string) =>
          vi.waitFor(async () => {
            const { rowCount } = await watch.query(
              `select from pg_stat_activity where pid = $1 and state = 'active' and query = $2`,
              [pid, text],
            );
            expect(rowCount).toBe(1);
          });
        const intact = async () =>
          expect([await rowsOf(live.url), await catalogueOf(watch)]).toEqual(known);

        const statements = await killedAt((_, text) => (text === 'commit' ? 'before' : false));
        await intact();
        for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          await killedAt((sent) => (sent === Math.round(statements * part) ? 'before' : false));
          await intact();
        }
        await killedAt((_, text) => (text.includes('distribute_tables(\n') ? 'while' : false));
        await intact();

        // a COMMIT that nobody has heard of is all or nothing
        await killedAt((_, text) => (text === 'commit' ? 'while' : false));
        await watch.query('select recover_prepared_transactions()');
        await withClient(live.url, async (client) => {
          const { steps } = await planDistribution(client, app);
          expect(new Set(steps.map(({ done }) => done)).size).toBe(1);
          const done = await distribute(client, app);
          expect(done.steps.filter((step) => !step.done)).toEqual([]);
        });
        expect(await rowsOf(live.url)).toEqual(known[0]);
        const after = await serve(live.url, app);
        await after.enter(one.id, one.owner, async () => {
          expect((await after.pool.query('select from projects')).rowCount).toBe(3);
        });
        await after.pool.end();
      } finally {
        await watch.end();
        await live.drop();
      }
    }, 240_000);
  },
);
