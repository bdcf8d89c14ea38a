import { defineTenancy } from '@tenantry/core';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { type Diagnosis, diagnose, fixesOf } from '../../src/doctor/index.ts';
import { anyServer } from '../doctor/support.ts';
import { application, roles } from './application.ts';
import { changes, constant, type Step, stable } from './changes.ts';
import { onCitus } from './support.ts';

onCitus('doctor on Citus', (fixture) => {
  const root = () => fixture().root;
  const examine = (options = {}): Promise<Diagnosis> =>
    diagnose(root(), { ...application, ...options, ignore: anyServer });
  const run = async (steps: readonly Step[]) => {
    for (const step of steps)
      await (typeof step === 'string' ? root().query(step) : step(fixture()));
  };
  const lines = (findings: Diagnosis['findings']) =>
    findings.map(({ rule, object }) =>
      `${rule} ${object}`.replace(/ node \S+$/, ' node <coordinator>'),
    );
  const ofCitus = ({ findings }: Diagnosis) =>
    findings.filter(({ rule }) => rule.startsWith('citus-'));

  test('says nothing of what generate has made, and sees all of it', async () => {
    const diagnosis = await examine();
    expect(lines(diagnosis.findings)).toEqual([]);
    expect(diagnosis).toMatchObject({ unseen: [], tables: 8, tenantTables: 5, plans: 5 });
    expect(diagnosis.objects).toBeGreaterThan(80);
  });

  test('says nothing of Citus without a configuration', async () => {
    const bare = await diagnose(root(), { role: roles.app });
    expect(lines(ofCitus(bare))).toEqual([]);
    expect(bare.unseen).toEqual([]);
  });

  test('names the nodes that do not answer', async () => {
    const stranger = 'doctor_stranger';
    await run([
      'set citus.enable_create_role_propagation = off',
      `drop role if exists ${stranger}`,
      `create role ${stranger} login`,
      'reset citus.enable_create_role_propagation',
    ]);
    const url = new URL(fixture().url);
    url.username = stranger;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    const { unseen } = await diagnose(client, { tenancy: application.tenancy }).finally(() =>
      client.end(),
    );
    expect(unseen.filter((line) => line.startsWith('node '))).toEqual([
      expect.stringMatching(/^node \S+:\d+: failed to connect/),
      expect.stringMatching(/^node \S+:\d+: failed to connect/),
    ]);
    await run([
      'set citus.enable_create_role_propagation = off',
      `drop role ${stranger}`,
      'reset citus.enable_create_role_propagation',
    ]);
  });

  test('refuses a worker, which does not have the tables of the coordinator', async () => {
    await expect(diagnose(fixture().worker, application)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('Connect to the coordinator'),
    });
  });

  test.each(changes)('finds $title, and its SQL mends it', async (change) => {
    await run(change.steps);
    const diagnosis = await examine();
    const found = ofCitus(diagnosis);
    expect(lines(found)).toEqual(change.finds);
    expect(diagnosis.unseen).toEqual([]);
    expect(found[0]).toMatchObject({
      severity: change.severity,
      fix: expect.stringMatching(/.{10}/),
    });
    expect(found[0]?.evidence.join('\n')).toMatch(change.shows);
    // in one transaction, as a migration of --fix and as --apply
    const statements = fixesOf(diagnosis.findings).flatMap((each) => each.statements);
    await run(['begin', ...statements, 'commit']);
    await run(change.undo ?? []);
    expect(lines((await examine()).findings)).toEqual([]);
  });

  describe('what is not mended by SQL at once', () => {
    test('a coordinator that still holds shards', async () => {
      await fixture().setCoordinator(true);
      await run([
        'create table spare (organization_id uuid primary key)',
        `select create_distributed_table('spare', 'organization_id', colocate_with => 'none')`,
      ]);
      await fixture().setCoordinator(false);
      const [found] = ofCitus(await examine()).filter(
        ({ rule }) => rule === 'citus-coordinator-holds-shards',
      );
      expect(found).toMatchObject({ severity: 'warning' });
      expect(found?.evidence).toEqual([
        expect.stringMatching(/shouldhaveshards: false; shards of distributed tables: [1-9]/),
      ]);
      await run(found?.fixSql ?? []);
      await run(['call citus_cleanup_orphaned_resources()']); // or a drop comes while doctor reads
      expect(
        lines(ofCitus(await examine())).filter((line) => line.includes('coordinator')),
      ).toEqual([]);
      await run(['drop table spare']);
    });

    test('nodes on which triggers are not allowed', async () => {
      const database = new URL(fixture().url).pathname.slice(1);
      const set = (value: string) =>
        `alter database "${database}" ${value.replace('$', 'citus.enable_unsafe_triggers')}`;
      await fixture().onOneWorker(set('set $ = off'));
      const [found] = ofCitus(await examine());
      expect(found).toMatchObject({ rule: 'citus-triggers-off', severity: 'warning' });
      expect(found?.evidence.join()).toContain('projects.0_tenantry_refuse_column_change');
      expect(found?.fixSql[0]).toContain('run_command_on_all_nodes');
      await fixture().onOneWorker(set('reset $'));
    });

    /** How many rows of another tenant a plan shows that was kept for it, on the node of both. */
    async function keptFor(policy: string): Promise<number> {
      const { worker } = fixture();
      await run([`alter policy projects_tenant_isolation on projects using (${policy})`]);
      const { rows } = await worker.query(
        `select array_agg(o.id) as ids from organizations o, get_shard_id_for_distribution_column('organizations', o.id) s (shardid)
         join pg_dist_placement using (shardid) join pg_dist_local_group using (groupid)
         group by shardid having count(*) > 1 limit 1`,
      );
      const [first, second] = rows[0].ids as [string, string];
      const asked = async (tenant: string, times: number) => {
        let count = 0;
        await worker.query(`begin; set local role ${roles.app};
          set local citus.propagate_set_commands = 'local'; set local app.organization_id = '${tenant}'`);
        for (let i = 0; i < times; i++)
          count = (await worker.query({ name: `kept ${policy.length}`, text, values: [first] }))
            .rows.length;
        await worker.query('rollback');
        return count;
      };
      const text = 'select id from projects where organization_id = $1';
      expect(await asked(first, 8)).toBe(1);
      return asked(second, 1);
    }

    test('a constant alone, by which a kept plan shows a row of another tenant', async () => {
      await run([
        `insert into organizations select gen_random_uuid(), 'x' from generate_series(1, 40)`,
        `insert into projects (organization_id, name) select id, 'x' from organizations`,
      ]);
      expect(await keptFor(constant)).toBe(1);
      expect(await keptFor(`${stable} and ${constant}`)).toBe(0);
      await run(fixesOf((await examine()).findings).flatMap(({ statements }) => statements));
      await run(['delete from projects', 'delete from organizations']);
    });

    test('a partition that tenants reach past the policies of its parent', async () => {
      await run([
        'create table measures (organization_id uuid not null, day date not null, primary key (organization_id, day)) partition by range (day)',
        `select create_distributed_table('measures', 'organization_id', colocate_with => 'organizations')`,
        `create table measures_2030 partition of measures for values from ('2030-01-01') to ('2031-01-01')`,
        `grant select on measures_2030 to ${roles.app}`,
        `insert into measures select gen_random_uuid(), '2030-05-05' from generate_series(1, 20)`,
      ]);
      const found = async () =>
        (await examine({ prove: true })).findings.find(({ rule }) => rule === 'child-reachable');
      const partition = await found();
      expect(partition).toMatchObject({ object: 'measures_2030', severity: 'error' });
      expect(partition?.shown).toEqual([expect.stringMatching(/^organization_id = /)]);
      expect(partition?.fixSql.join()).not.toContain('force');
      await run(partition?.fixSql ?? []);
      expect(await found()).toBeUndefined();
      await run(['drop table measures']);
    });

    test('a tenancy of dialect postgres', async () => {
      const postgres = defineTenancy({ tenant: 'organization', id: 'uuid', roles });
      const diagnosis = await diagnose(root(), { tenancy: postgres, ignore: anyServer });
      const found = ofCitus(diagnosis).find(({ rule }) => rule === 'citus-dialect-differs');
      expect(found).toMatchObject({ severity: 'error', found: expect.stringMatching(/postgres/) });
      expect(found?.evidence).toContain('projects: distributed');
    });
  });
});
