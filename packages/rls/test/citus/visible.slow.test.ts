import { randomUUID } from 'node:crypto';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.ts';
import { visibleNames } from '../../src/visible/names.ts';
import { undone } from '../support/scope.ts';
import { people } from './people.ts';
import { entries, onCitusWith } from './world.ts';

const { tenancy, schema, directory } = people('citus');

onCitusWith('people', { tenancy, schema, directory }, (world) => {
  let acme: string;
  let globex: string;
  const persons = ['ann', 'bob', 'cat', 'dan', 'eve'].map((each) => ({ id: randomUUID(), each }));
  const idOf = (email: string) => persons.find(({ each }) => each === email)?.id;
  beforeAll(async () => {
    const { root } = world();
    [acme, globex] = [await world().organization(), await world().organization()];
    for (const { id, each } of persons)
      await root.query('insert into users (id, email) values ($1, $2)', [id, each]);
    // eve is in no organization, and cat in both
    for (const [of, members] of [
      [acme, ['ann', 'bob', 'cat']],
      [globex, ['cat', 'dan']],
    ] as const)
      for (const member of members) {
        await root.query('insert into memberships values ($1, $2)', [of, idOf(member)]);
        await root.query(
          'insert into projects (organization_id, name, owner) values ($1, $2, $3)',
          [of, `of ${member}`, idOf(member)],
        );
      }
    await root.query(
      `insert into projects (organization_id, name, owner) values ($1, 'of dan', $2)`,
      [acme, idOf('dan')],
    );
  });

  describe.each(entries)('through %s', (entry) => {
    const column = (tenant: string, text: string, values?: unknown[]) =>
      world().column(entry, tenant, text, values);

    const shapes: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
      ['select email from users order by email', ['ann', 'bob', 'cat'], ['cat', 'dan']],
      ['select count(*)::int from users', [3], [2]],
      [`select email from users where email in ('ann', 'dan', 'eve')`, ['ann'], ['dan']],
      [
        `select email from users where email like '%a%' order by email desc limit 2`,
        ['cat', 'ann'],
        ['dan', 'cat'],
      ],
      [
        'select u.email from memberships m join users u on u.id = m.user_id order by 1',
        ['ann', 'bob', 'cat'],
        ['cat', 'dan'],
      ],
      [
        'select u.email from users u join memberships m on m.user_id = u.id order by 1',
        ['ann', 'bob', 'cat'],
        ['cat', 'dan'],
      ],
      [
        'select u.email from projects p left join users u on u.id = p.owner order by p.name',
        ['ann', 'bob', 'cat', null],
        ['cat', 'dan'],
      ],
      [
        'select (select u.email from users u where u.id = p.owner) from projects p order by p.name',
        ['ann', 'bob', 'cat', null],
        ['cat', 'dan'],
      ],
      [
        'select name from projects where owner in (select id from users) order by 1',
        ['of ann', 'of bob', 'of cat'],
        ['of cat', 'of dan'],
      ],
      [
        'with u as materialized (select * from users offset 0) select u.email from u order by 1',
        ['ann', 'bob', 'cat'],
        ['cat', 'dan'],
      ],
      [
        'select a.email from users a join users b using (id) order by 1',
        ['ann', 'bob', 'cat'],
        ['cat', 'dan'],
      ],
      [
        'select email from users union all select name from projects order by 1',
        ['ann', 'bob', 'cat', 'of ann', 'of bob', 'of cat', 'of dan'],
        ['cat', 'dan', 'of cat', 'of dan'],
      ],
    ];

    test.each(shapes)('%s', async (text, ofAcme, ofGlobex) => {
      expect(await column(acme, text)).toEqual(ofAcme);
      expect(await column(globex, text)).toEqual(ofGlobex);
    });

    test('a user of another tenant, and one of none, are not found by their id', async () => {
      for (const [email, found] of [
        ['ann', 1],
        ['dan', 0],
        ['eve', 0],
      ] as const)
        expect(await column(acme, 'select 1 from users where id = $1', [idOf(email)])).toHaveLength(
          found,
        );
    });

    test('a statement is one task', async () => {
      for (const [text] of shapes) {
        const plan = (await column(acme, `explain (costs off) ${text}`)).join('\n');
        expect(plan.match(/Task Count: \d+/g) ?? ['Task Count: 1']).toEqual(['Task Count: 1']);
      }
    });

    test('a transaction sees the members that it has added and removed', async () => {
      const seen = world().as(acme, () =>
        world()
          .pool(entry)
          .transaction(async (tx) => {
            const emails = async () =>
              (await tx.query('select email from users order by 1')).rows.map(({ email }) => email);
            await tx.query('insert into memberships (user_id) values ($1)', [idOf('eve')]);
            expect(await emails()).toEqual(['ann', 'bob', 'cat', 'eve']);
            await tx.query('savepoint s');
            await tx.query('delete from memberships where user_id = $1', [idOf('ann')]);
            expect(await emails()).toEqual(['bob', 'cat', 'eve']);
            await tx.query('rollback to s');
            expect(await emails()).toEqual(['ann', 'bob', 'cat', 'eve']);
            await tx.query('delete from memberships');
            expect(await emails()).toEqual([]);
            throw new Error('taken back');
          }),
      );
      await expect(seen).rejects.toThrow('taken back');
      expect(await column(acme, 'select count(*)::int from users')).toEqual([3]);
    });

    test('a write of a tenant is refused, and one that reads them is right', async () => {
      for (const text of [
        `update users set email = 'x'`,
        'delete from users',
        `insert into users (email) values ('x')`,
      ])
        await expect(column(acme, text)).rejects.toMatchObject({ code: '42501' });
      expect(
        await column(
          acme,
          `update projects p set name = p.name from users u where u.id = p.owner returning u.email`,
        ).then((emails) => emails.sort()),
      ).toEqual(['ann', 'bob', 'cat']);
    });

    test('the system role reads all of them', async () => {
      const { rows } = await world().system(() =>
        world().pool(entry).query('select email from users order by 1'),
      );
      expect(rows.map(({ email }) => email)).toEqual(['ann', 'bob', 'cat', 'dan', 'eve']);
    });

    test('a function of the application that keeps its plan sees those of the tenant alone', async () => {
      const { root } = world();
      await root.query(
        `create or replace function emails() returns text language plpgsql as
          $$ begin return (select string_agg(email, ' ' order by email) from public.users); end $$`,
      );
      for (let i = 0; i < 6; i++) {
        expect(await column(acme, 'select emails()')).toEqual(['ann bob cat']);
        expect(await column(globex, 'select emails()')).toEqual(['cat dan']);
      }
    });

    test('50 tenants at once see their own members', async () => {
      const all: { of: string; id: string }[] = [];
      for (let i = 0; i < 25; i++) {
        const of = await world().organization();
        const id = randomUUID();
        await world().root.query('insert into users (id, email) values ($1, $2)', [id, id]);
        await world().root.query('insert into memberships values ($1, $2)', [of, id]);
        all.push({ of, id });
      }
      const seen = await Promise.all(
        [...all, ...all].map(async ({ of, id }) => [
          id,
          await column(of, 'select email from users'),
        ]),
      );
      for (const [id, emails] of seen) expect(emails).toEqual([id]);
      const ids = all.map(({ id }) => id);
      await world().root.query('delete from memberships where user_id = any ($1)', [ids]);
      await world().root.query('delete from users where id = any ($1)', [ids]);
    });
  });

  test('a trigger on a shard sees those that its transaction has read, and no others', async () => {
    const { root } = world();
    const twin = await onTheShardOf(acme);
    await root.query('insert into memberships values ($1, $2)', [twin, idOf('eve')]);
    await root.query(
      `create function see() returns trigger language plpgsql as
        $$ begin new.name := coalesce((select string_agg(email, ' ' order by email) from public.users), 'none'); return new; end $$`,
    );
    await root.query(
      'create trigger see before insert on projects for each row execute function see()',
    );
    const seen = async (of: string, before: string) =>
      world().as(of, () =>
        world()
          .pool('the coordinator')
          .transaction(async (tx) => {
            await tx.query(before);
            return (await tx.query(`insert into projects (name) values ('x') returning name`)).rows;
          }),
      );
    for (let i = 0; i < 6; i++) {
      expect(await seen(acme, 'select from users')).toEqual([{ name: 'ann bob cat' }]);
      expect(await seen(twin, 'select from users')).toEqual([{ name: 'eve' }]);
      expect(await seen(twin, 'select from projects')).toEqual([{ name: 'none' }]);
    }
    await root.query('drop trigger see on projects');
    await root.query('delete from memberships where organization_id = $1', [twin]);
  });

  test('a plan that is kept on a shard shows another tenant nothing', async () => {
    const { setting, hash } = visibleNames(tenancy.schema, { schema: 'public', name: 'users' });
    await withClient(world().workers[0] as string, async (worker) => {
      await worker.query('set citus.override_table_visibility = off');
      const { rows } = await worker.query(
        `select shard_name(logicalrelid, shardid) as shard from pg_dist_shard where logicalrelid = 'users'::regclass`,
      );
      await worker.query('begin');
      await worker.query('set local role app');
      await worker.query(`set local application_name = 'citus_internal gpid=1'`);
      const see = async (email: string) => {
        const ids = `{${idOf(email)}}`;
        for (const [name, value] of [
          [setting, ids],
          [hash, ids],
        ])
          await worker.query('select set_config($1, $2, true)', [name, value]);
        return (await worker.query('execute kept')).rows;
      };
      await worker.query(`prepare kept as select email from ${rows[0].shard}`);
      expect(await see('ann')).toEqual([{ email: 'ann' }]);
      expect(await see('dan')).toEqual([]);
      await worker.query('discard plans');
      expect(await see('dan')).toEqual([{ email: 'dan' }]);
    });
  });

  /** A new tenant whose rows are beside those of another. */
  async function onTheShardOf(tenant: string): Promise<string> {
    for (;;) {
      const id = randomUUID();
      const { rows } = await world().root.query(
        `select get_shard_id_for_distribution_column('organizations', $1::uuid) = get_shard_id_for_distribution_column('organizations', $2::uuid) as same`,
        [id, tenant],
      );
      if (!rows[0].same) continue;
      await world().root.query('insert into organizations values ($1)', [id]);
      return id;
    }
  }

  test('without a tenant nothing is read', async () => {
    const { root } = world();
    for (const text of ['select * from users join users u using (id)', 'select * from users'])
      await undone(root, async () => {
        await root.query('set local role app');
        await expect(root.query(text)).rejects.toThrow('no tenant in this transaction');
      });
  });

  test('what the transaction did not send is not seen', async () => {
    const seen = world().as(acme, () =>
      world()
        .pool('the coordinator')
        .transaction(async (tx) => {
          await tx.query(`select set_config('citus.enable_fast_path_router_planner', 'on', true)`);
          return (await tx.query('select * from users')).rows;
        }),
    );
    expect(await seen).toEqual([]);
  });

  test('doctor finds nothing, and no attack succeeds', async () => {
    const { root, pool } = world();
    const { findings } = await diagnose(root, { tenancy, schema, directory });
    expect(findings.filter(({ rule }) => !/^(login-powers|large-objects)$/.test(rule))).toEqual([]);
    const report = await expectIsolated({ pool: pool('the coordinator'), tenancy, schema });
    expect(report.leaks).toEqual([]);
  });
});
