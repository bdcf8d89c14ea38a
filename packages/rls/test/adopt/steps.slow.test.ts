import {
  adopt,
  adoptionState,
  previewAdoption,
  readFacts,
  schemaOfPlan,
  stepBack,
} from '@tenantry/rls/adopt';
import { diagnose } from '@tenantry/rls/doctor';
import { readDefinitions } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import type pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { checksums, organizationsSql, seed, tablesSql } from './single-user.ts';
import { codeOf, connected, edited, ownerOf, planFor, rows, tenancy } from './support.ts';

let root: pg.Client;
let owner: pg.Client;
let ownerUrl: string;

beforeEach(async () => {
  const { url } = await testDatabase();
  root = await connected(url);
  ownerUrl = (await ownerOf(root, url)).url;
  owner = await connected(ownerUrl);
  await owner.query(tablesSql);
  await seed(owner, { users: 6, tasks: 600 });
  await owner.query(organizationsSql);
  // silencing triggers is a right that an owner is given
  await root.query(
    `grant set on parameter session_replication_role to ${new URL(ownerUrl).username}`,
  );
});

const inTenant = async (tenant: string, text: string) => {
  await root.query('begin; set local role app');
  try {
    await root.query("select set_config('app.organization_id', $1, true)", [tenant]);
    return (await root.query(text)).rows;
  } finally {
    await root.query('rollback');
  }
};

const mistakes = async (plan: Awaited<ReturnType<typeof planFor>>) => {
  const schema = schemaOfPlan(plan, await readFacts(root, 'app'), tenancy);
  const { findings } = await diagnose(root, { tenancy, schema });
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, object }) => `${rule} ${object}`);
};

describe('from an owner to an organization', () => {
  test('every row gets its tenant and keeps everything else; then the walls stand', async () => {
    const before = await checksums(owner);
    const plan = await planFor(owner);
    const report = await adopt(owner, tenancy, plan);
    expect(report.findings).toEqual([]);
    expect(await checksums(owner)).toEqual(before);
    // the old code still works, and its rows have a tenant
    await owner.query("insert into projects (user_id, name) select id, 'late' from users");
    expect(await rows(owner, 'select 1 from projects where organization_id is null')).toEqual([]);

    const enforced = await adopt(owner, tenancy, plan, { enforce: true });
    expect(enforced.findings).toEqual([]);
    expect(await mistakes(plan)).toEqual([]);
    const tenants = await rows<{ id: string }>(root, 'select id from organizations order by name');
    expect(tenants).toHaveLength(3);
    for (const { id } of tenants) {
      const [seen] = await inTenant(
        id,
        'select count(*)::int n, count(distinct organization_id)::int of from comments',
      );
      const [wanted] = await rows<{ n: number }>(
        root,
        `select count(*)::int n from comments c join tasks t on t.id = c.task_id join projects p on p.id = t.project_id
         join memberships m on m.user_id = p.user_id where m.organization_id = $1`,
        [id],
      );
      expect(seen).toEqual({ n: wanted?.n, of: 1 });
    }
    expect(await codeOf(owner.query('select * from tasks'))).toBe('22P02');
    // a second run has nothing to do
    expect((await adopt(root, tenancy, plan, { enforce: true })).steps).toEqual([]);
  });

  test('a tenant of the scope goes before that of the owner', async () => {
    await adopt(owner, tenancy, await planFor(owner));
    const [first, second] = await rows<{ id: string }>(
      root,
      'select id from organizations order by name',
    );
    const [user] = await rows<{ id: string }>(
      root,
      'select user_id as id from memberships where organization_id = $1',
      [first?.id],
    );
    await root.query('insert into memberships values ($1, $2)', [second?.id, user?.id]);
    expect(
      await inTenant(
        second?.id ?? '',
        `insert into projects (user_id, name) values ('${user?.id}', 'new code') returning organization_id as id`,
      ),
    ).toEqual([second]);
  });
});

describe('rows that nobody can decide', () => {
  test('an owner in none or in several tenants is a finding with the keys; setting it right goes on', async () => {
    const plan = await planFor(owner);
    const [one, two] = await rows<{ id: string }>(owner, 'select id from users order by email');
    await owner.query('delete from memberships where user_id = $1', [one?.id]);
    await owner.query(
      'insert into memberships (organization_id, user_id) select id, $1 from organizations on conflict do nothing',
      [two?.id],
    );
    const report = await adopt(owner, tenancy, plan);
    const projects = report.findings.filter(({ table }) => table === 'public.projects');
    expect(projects.map(({ code, rows: of, keys }) => ({ code, of, keys: keys.length }))).toEqual([
      { code: 'ADOPT_OWNER_IN_SEVERAL', of: 5, keys: 5 },
      { code: 'ADOPT_OWNER_WITHOUT_TENANT', of: 5, keys: 5 },
    ]);
    const own = await rows<{ id: string }>(owner, 'select id from projects where user_id = $1', [
      one?.id,
    ]);
    expect(projects[1]?.keys.map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
    // nothing of them is guessed, and what hangs on them waits
    expect(
      (await adoptionState(owner, tenancy))
        .filter(({ table, done }) => done && table === 'public.tasks')
        .map(({ step }) => step),
    ).toEqual(['column', 'fill']);

    const [organization] = await rows<{ id: string }>(
      owner,
      'select id from organizations order by name',
    );
    await owner.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
      organization?.id,
      one?.id,
    ]);
    await owner.query('update projects set organization_id = $1 where user_id = $2', [
      organization?.id,
      two?.id,
    ]);
    await owner.query('update documents set organization_id = $1 where user_id = $2', [
      organization?.id,
      two?.id,
    ]);
    const again = await adopt(owner, tenancy, plan, { enforce: true });
    expect(again.findings).toEqual([]);
    expect(await mistakes(plan)).toEqual([]);
  });

  test('a reference into another tenant is found before a key refuses it', async () => {
    await owner.query(`create table pins (id serial primary key, project_id uuid not null references projects (id),
      task_id bigint not null references tasks (id))`);
    await owner.query(
      'insert into pins (project_id, task_id) select project_id, id from tasks limit 10',
    );
    await owner.query(`insert into pins (project_id, task_id) select p.id, t.id from projects p, tasks t
      where p.user_id = (select id from users order by email limit 1) and t.project_id in
        (select id from projects where user_id = (select id from users order by email desc limit 1)) limit 1`);
    const plan = await planFor(owner);
    const { findings } = await adopt(owner, tenancy, plan);
    expect(findings).toMatchObject([
      { code: 'ADOPT_REFERENCE_CROSSES', table: 'public.pins', rows: 1, keys: [{ id: 11 }] },
    ]);
    await owner.query('delete from pins where id = 11');
    expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
    const keys = await rows<{ def: string }>(
      root,
      "select pg_get_constraintdef(oid) def from pg_constraint where conrelid = 'pins'::regclass and contype = 'f' order by 1",
    );
    expect(keys.map(({ def }) => def)).toEqual([
      'FOREIGN KEY (organization_id) REFERENCES organizations(id)',
      'FOREIGN KEY (organization_id, project_id) REFERENCES projects(organization_id, id)',
      'FOREIGN KEY (organization_id, task_id) REFERENCES tasks(organization_id, id)',
    ]);
  });

  test('a tenant that does not exist is found, and a key of our name makes way', async () => {
    await owner.query(`create table notes (id serial primary key, organization_id uuid, project_id uuid not null,
      constraint notes_project_id_fk foreign key (project_id) references projects (id));
      insert into notes (project_id, organization_id) select id, '00000000-0000-4000-8000-00000000000f' from projects limit 1`);
    const plan = await planFor(owner);
    const { findings } = await adopt(owner, tenancy, plan);
    expect(findings.map(({ code, table }) => `${code} ${table}`)).toEqual([
      'ADOPT_TENANT_UNKNOWN public.notes',
      'ADOPT_REFERENCE_CROSSES public.notes',
    ]);
    await owner.query('update notes set organization_id = null');
    expect((await adopt(owner, tenancy, plan)).findings).toEqual([]);
    const keys = () =>
      rows<{ def: string }>(
        root,
        "select conname || ' ' || pg_get_constraintdef(oid) def from pg_constraint where conrelid = 'notes'::regclass and contype = 'f' order by 1",
      );
    expect((await keys()).map(({ def }) => def)).toEqual([
      'notes_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id)',
      'notes_project_id_fk FOREIGN KEY (organization_id, project_id) REFERENCES projects(organization_id, id)',
    ]);
    for (let step = ''; step !== 'references'; )
      step = (await stepBack(owner, tenancy, { table: 'public.notes' }))?.step ?? 'references';
    expect((await keys()).map(({ def }) => def)).toEqual([
      'notes_project_id_fk FOREIGN KEY (project_id) REFERENCES projects(id)',
    ]);
    expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
    expect(await mistakes(plan)).toEqual([]);
  });

  test('a trigger that changes a row stops the batch, unless that is wanted', async () => {
    await root.query(
      `revoke set on parameter session_replication_role from ${new URL(ownerUrl).username}`,
    );
    const before = await checksums(owner);
    const plan = await planFor(owner);
    await expect(adopt(owner, tenancy, plan)).rejects.toMatchObject({ code: 'ADOPT_ROWS_CHANGED' });
    expect(await checksums(owner)).toEqual(before);
    expect(
      (await adopt(owner, tenancy, edited(plan, { 'public.projects': { triggers: 'fire' } })))
        .findings,
    ).toEqual([]);
    const { projects, ...others } = await checksums(owner);
    expect(others).toEqual((({ projects: _, ...rest }) => rest)(before));
    expect(projects).not.toEqual(before.projects);
  });

  test('rows without any owner get the one tenant that the plan names', async () => {
    await owner.query(
      "create table settings (name text primary key, value text); insert into settings values ('a', 'b')",
    );
    const plan = await planFor(owner);
    expect(await codeOf(adopt(owner, tenancy, plan))).toBe('ADOPT_UNDECIDED');
    const [organization] = await rows<{ id: string }>(
      owner,
      'select id from organizations order by name',
    );
    const decided = edited(plan, {
      'public.settings': {
        is: 'isolated',
        column: 'organization_id',
        fill: [{ from: 'tenant', id: organization?.id ?? '' }],
      },
    });
    expect((await adopt(owner, tenancy, decided)).findings).toEqual([]);
    expect(await rows(owner, 'select organization_id as id from settings')).toEqual([organization]);
  });
});

describe('runs that end early', () => {
  test('one that is killed goes on where it was', async () => {
    const plan = await planFor(owner);
    const before = await checksums(owner);
    for (let at = 0; ; at += 1) {
      const client = await connected(ownerUrl);
      let left = at;
      // the connection breaks at its nth statement from the beginning of the last run
      const query = client.query.bind(client) as (
        ...args: unknown[]
      ) => Promise<{ rows: unknown[] }>;
      const breaking = {
        query: async (text: string, values?: unknown[]) => {
          if (
            /^(alter|create (unique )?index|comment|update tenantry|with rows_of_batch|insert into tenantry)/i.test(
              text.trim(),
            ) &&
            left-- === 0
          ) {
            await root.query(
              'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and pid = $2',
              [new URL(ownerUrl).username, (client as unknown as { processID: number }).processID],
            );
          }
          return values === undefined ? query(text) : query(text, values);
        },
      };
      const report = await adopt(breaking, tenancy, plan).catch((error: Error) => error);
      if (!(report instanceof Error)) break;
      expect(at).toBeLessThan(400);
    }
    expect(await checksums(owner)).toEqual(before);
    expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
    expect(await mistakes(plan)).toEqual([]);
  });

  test('an index whose making was killed is made anew', async () => {
    const plan = await planFor(owner);
    const holder = await connected(ownerUrl);
    const killed = await connected(ownerUrl);
    const isMaking = (text: string) =>
      /^create unique index concurrently.*"tasks_organization_id_id_key"/.test(text);
    const held = {
      async query(text: string, values?: unknown[]) {
        // CONCURRENTLY waits for whoever has written before it began
        if (isMaking(text)) {
          await holder.query('begin');
          await holder.query("update tasks set title = 'held' where id = 1");
        }
        return values === undefined ? killed.query(text) : killed.query(text, values);
      },
    };
    const failed = adopt(held, tenancy, plan).catch((error: Error) => error);
    const making = () =>
      rows<{ pid: number }>(
        root,
        "select pid from pg_stat_activity where query ilike 'create unique index concurrently%tasks%' and wait_event_type = 'Lock'",
      );
    await expect.poll(async () => (await making()).length).toBe(1);
    const [{ pid = 0 } = {}] = await making();
    await root.query('select pg_terminate_backend($1)', [pid]);
    expect(await failed).toBeInstanceOf(Error);
    await holder.query('rollback');
    expect(
      await rows(
        root,
        "select 1 from pg_index where not indisvalid and indrelid = 'tasks'::regclass",
      ),
    ).toHaveLength(1);
    expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
    expect(await rows(root, 'select 1 from pg_index where not indisvalid')).toEqual([]);
    expect(await mistakes(plan)).toEqual([]);
  });

  test('two at once: the second is refused', async () => {
    const plan = await planFor(owner);
    const second = await connected(ownerUrl);
    let code = 'none';
    await adopt(owner, tenancy, plan, {
      onStep: async ({ step, table }) => {
        if (step === 'fill' && table === 'public.projects')
          code = await codeOf(adopt(second, tenancy, plan));
      },
    });
    await expect.poll(() => code).toBe('ADOPT_RUNNING');
    expect((await adopt(second, tenancy, plan)).steps).toEqual([]);
  });

  test('a table that somebody holds is tried again, and then named', async () => {
    const plan = await planFor(owner);
    const holder = await connected(ownerUrl);
    await holder.query('begin; lock table projects in access share mode');
    expect(await codeOf(adopt(owner, tenancy, plan, { limits: { waitMs: 10, tries: 3 } }))).toBe(
      'ADOPT_TABLE_BUSY',
    );
    await holder.query('commit');
    expect((await adopt(owner, tenancy, plan)).findings).toEqual([]);
  });
});

describe('one step back', () => {
  test('each step can be taken back, down to the database as it was', async () => {
    await owner.query(
      'create policy own on projects using (true); create view open_tasks as select * from tasks',
    );
    await owner.query('grant select on tasks to public');
    // the foundation stays: it concerns no table
    const plan = edited(await planFor(owner), { 'public.projects': { policies: 'replace' } });
    const shown = async () => {
      const all = new Map(await readDefinitions(root));
      for (const title of [...all.keys()])
        if (/tenantry|role |schema /.test(title)) all.delete(title);
      return all;
    };
    const before = await shown();
    const sums = await checksums(root);
    await adopt(owner, tenancy, plan, { enforce: true });
    expect(await mistakes(plan)).toEqual([]);
    for (let step = await stepBack(owner, tenancy); step !== undefined; ) {
      step = await stepBack(owner, tenancy);
    }
    expect(await shown()).toEqual(before);
    expect(await checksums(root)).toEqual(sums);
    // and forward again
    expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
    expect(await mistakes(plan)).toEqual([]);
  });

  test('an enforced table goes back to observe mode, and its old code works again', async () => {
    const plan = await planFor(owner);
    await adopt(owner, tenancy, plan, { enforce: true });
    expect(
      await codeOf(owner.query("insert into projects (user_id, name) select id, 'x' from users")),
    ).toBe('22P02');
    for (const table of ['public.memberships', 'public.projects']) {
      expect(await stepBack(owner, tenancy, { table })).toMatchObject({ table, step: 'enforce' });
    }
    const [user] = await rows<{ id: string }>(
      root,
      'select user_id as id from memberships limit 1',
    );
    expect(
      await codeOf(
        owner.query("insert into projects (user_id, name) values ($1, 'x')", [user?.id]),
      ),
    ).toBe('none');
  });
});

test('a table that comes later is adopted beside tables that are enforced', async () => {
  await adopt(owner, tenancy, await planFor(owner), { enforce: true });
  // its rows and its old code see the parent no more; adoption does
  await root.query(`create table labels (id serial primary key, project_id uuid references projects (id), user_id uuid not null references users (id));
    insert into labels (project_id, user_id) select case when n = 1 then id end, user_id from projects, generate_series(1, 2) n;
    alter table labels owner to ${new URL(ownerUrl).username}`);
  const plan = await planFor(owner);
  expect(plan.tables.find(({ table }) => table === 'public.labels')?.fill).toHaveLength(2);
  expect((await adopt(owner, tenancy, plan, { enforce: true })).findings).toEqual([]);
  expect(
    await rows(
      root,
      'select 1 from labels l join memberships m using (user_id) where l.organization_id is distinct from m.organization_id',
    ),
  ).toEqual([]);
  expect(await mistakes(plan)).toEqual([]);
});

test('a dry run shows the statements and changes nothing', async () => {
  const plan = await planFor(owner);
  const preview = await previewAdoption(owner, tenancy, plan, {
    enforce: true,
    tables: ['public.tasks'],
  });
  const text = preview.flatMap(({ sql }) => sql).join('\n');
  expect(text).toContain(
    'alter table "public"."tasks" add column if not exists "organization_id" uuid',
  );
  expect(text).toContain(
    'create unique index concurrently if not exists "tasks_organization_id_id_key"',
  );
  expect(text).toContain('not valid');
  // what it stands on comes along, up to observe mode
  expect([...new Set(preview.map(({ table }) => table))]).toEqual([
    'public.projects',
    'public.tasks',
  ]);
  expect(preview.filter(({ step }) => step === 'enforce').map(({ table }) => table)).toEqual([
    'public.tasks',
  ]);
  expect(await rows(root, "select 1 from pg_namespace where nspname = 'tenantry'")).toEqual([]);
});
