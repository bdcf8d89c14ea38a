import { describe, expect, it } from 'vitest';
import { anyMomentComesBack } from '../support/rewind-histories.ts';
import { acme } from '../support/rewinds.ts';
import { inSchema, path, placed, rewindableInSchema, seed } from './rewinds.ts';

describe('a rewind of a tenant in a schema', () => {
  it('is refused for a row that refers to one that goes, in the schema', async () => {
    const { ask, now, there, rewind } = await rewindableInSchema();
    await ask(placed);
    await there(seed);
    const to = await now();
    await there(`insert into projects (organization_id, id, name) values ('${acme}', 9, 'new')`);
    await there(`set session_replication_role = 'replica';
      insert into tasks (organization_id, id, project_id, title) values ('${acme}', 9, 9, 'in no entry')`);
    expect((await rewind({ to })).refused).toEqual([
      'a row of public.tasks refers by tasks_project_id_projects_id_fk to a row of public.projects that was not there then',
    ]);
  });

  it.each(['t_acme', 't_globex', 'public'])(
    'is refused after a capture in %s has failed, where the tenant may have lived',
    async (of) => {
      const { ask, now, rewind } = await rewindableInSchema();
      await ask(placed);
      const to = await now();
      await ask(
        `insert into tenantry.audit_failures (table_name, failed_at, operation, sqlstate, row_count) values ('${of}.tasks', clock_timestamp(), 'UPDATE', '22P02', 1)`,
      );
      expect((await rewind({ to })).refused).toEqual([
        'a capture of public.tasks has failed since, and left no entry',
      ]);
    },
  );

  it('goes by the columns and defaults of the schema, where the shared tables are ahead', async () => {
    const { ask, now, there, rewind, rows } = await rewindableInSchema();
    await ask(placed);
    await there(seed);
    const before = await rows();
    const to = await now();
    await there('delete from marks; delete from tasks; delete from projects');
    await ask(`alter table public.projects drop column price, alter column seen_at set default now();
      alter table t_acme.projects alter column seen_at set default '2020-02-02T00:00:00Z'`);
    const { digest, refused } = await rewind({ to });
    expect(refused).toEqual([]);
    await rewind({ to }, digest);
    const seen = await ask(
      "select distinct to_char(seen_at at time zone 'UTC', 'YYYY') as at, token from t_acme.projects",
    );
    expect(seen).toEqual([{ at: '2020', token: null }]);
    await there('update projects set seen_at = null');
    expect((await rows()).tasks).toEqual(before.tasks);
    expect(await ask('select price from t_acme.projects order by id')).toEqual([
      { price: '1.50' },
      { price: null },
    ]);
  });

  it('knows what a schema has got after the shared tables', async () => {
    const { ask, now, there, rewind } = await rewindableInSchema();
    await ask(placed);
    await there(seed);
    const early = await now();
    // audited(t) of tasks changes in the shared tables, then in the schema
    await ask(
      "update tenantry.captures set since = clock_timestamp() where table_name = 'public.tasks'",
    );
    const between = await now();
    const found = async (to: string) => {
      const { left, warnings } = await rewind({ to });
      return { warned: warnings.join().includes('public.tasks'), left: left.length };
    };
    const known = { warned: false, left: 3 };
    expect([await found(early), await found(between)]).toEqual([
      { warned: true, left: 3 },
      { warned: true, left: 3 },
    ]);
    await ask(
      "insert into tenantry.schema_migrations (place, hash, created_at) values ('acme_own', 'x', 1)",
    );
    expect([await found(between), await found(await now())]).toEqual([
      { warned: true, left: 3 },
      known,
    ]);
    // a tenant that came later found the schema like the shared tables
    await ask(
      'delete from tenantry.schema_migrations; update tenantry.placements set since = clock_timestamp()',
    );
    expect(await found(between)).toEqual(known);
  });

  it('brings any moment of any history back', async () => {
    const { url } = await rewindableInSchema();
    await anyMomentComesBack(url, {
      inSchema,
      prepare: (client, tenant) =>
        tenant === undefined
          ? client.query(`set search_path = ${path}`)
          : client.query(
              "insert into tenantry.placements (tenant, place) values ($1, 'acme_own')",
              [tenant],
            ),
    });
  });
});
