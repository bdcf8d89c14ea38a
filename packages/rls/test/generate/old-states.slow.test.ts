import { defineTenancy } from '@tenantry/core';
import { ddl, name } from '@tenantry/core/sql';
import { defineIsolation } from '@tenantry/rls';
import type { Feature } from '@tenantry/rls/feature';
import { type Application, withClient } from '@tenantry/testing/schema';
import { sql } from 'drizzle-orm';
import { pgSchema, pgTable, pgView, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { examine } from '../doctor/support.ts';
import { History } from '../support/history.ts';

// Each state is one that an earlier generator left behind: it followed the hashes of its sections, and
// left policies and their names to drizzle-kit.

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, reference, searchable } = defineIsolation(tenancy);
const own = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });
const app = (schema: Record<string, unknown>, features: readonly Feature[] = []): Application => ({
  tenancy,
  schema,
  features,
});

const projects = pgTable('projects', { ...own(), name: text() }, (t) => [...isolate(t)]);
const tasks = (title: string) =>
  pgTable(title, { ...own(), projectId: uuid('project_id') }, (t) => [
    ...isolate(t),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
  ]);
const searched = pgTable('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t),
  ...searchable(t, { name: { fullText: 'english' } }),
]);
const names = (as: string) =>
  pgView('names')
    .with({ securityInvoker: true })
    .as((qb) => qb.select({ as: sql.raw(`'${as}'`).as('as') }).from(projects));
const crm = pgSchema('crm');
const moved = crm.table('projects', { ...own(), name: text() }, (t) => [
  ...isolate(t, { access: 'read' }),
]);

/** Records what happens to rows of some tables, by a trigger on each. */
const records = (...tables: readonly string[]): Feature => ({
  name: 'records',
  sql: () => ({
    sections: [
      {
        id: 'function',
        sql: [
          ddl`
            create or replace function tenantry.record_row() returns trigger language plpgsql
            set search_path = pg_catalog, pg_temp as $tenantry$ begin return null; end $tenantry$;`,
        ],
      },
      ...tables.map((table) => ({
        id: `capture:${table}`,
        sql: [
          ddl`create or replace trigger tenantry_record after insert on ${name(table)} for each row execute function tenantry.record_row();`,
        ],
      })),
    ],
  }),
});

const worded = (tenant: string, app = 'app') => {
  const other = defineTenancy({ tenant, id: 'uuid', roles: { app } });
  const fragments = defineIsolation(other);
  const table = pgTable('projects', { ...other.columns.scoped(), id: other.columns.id() }, (t) => [
    ...fragments.isolate(t as never),
  ]);
  return { tenancy: other, schema: { table }, features: [] };
};

interface State {
  /** Brings the history there. @returns what is declared */
  readonly reach: (history: History) => Promise<Application>;
  /** What doctor finds: `rule object: what`. */
  readonly finds: readonly RegExp[];
  /** What the next `generate` says. */
  readonly says: RegExp;
}

const states: Readonly<Record<string, State>> = {
  'a floor that is a renamed policy, and permissive': {
    async reach(history) {
      await history.step(app({ projects }));
      await history.own(`DROP POLICY projects_tenant_floor ON projects;
        CREATE POLICY projects_shared_read ON projects AS PERMISSIVE FOR SELECT TO app USING (true);
        ALTER POLICY projects_shared_read ON projects RENAME TO projects_tenant_floor;`);
      return app({ projects });
    },
    finds: [/^generated-changed projects.projects_tenant_floor: /],
    says: /^mends: policy projects_tenant_floor of public.projects/m,
  },
  'an isolation that restricts, and a floor that permits': {
    async reach(history) {
      await history.step(app({ projects }));
      await history.own(`ALTER POLICY projects_tenant_floor ON projects RENAME TO other;
        ALTER POLICY projects_tenant_isolation ON projects RENAME TO projects_tenant_floor;
        ALTER POLICY other ON projects RENAME TO projects_tenant_isolation;`);
      return app({ projects });
    },
    finds: [
      /^generated-changed projects.projects_tenant_floor: /,
      /^generated-changed projects.projects_tenant_isolation: /,
    ],
    says: /^mends: policy projects_tenant_floor of [\s\S]*^mends: policy projects_tenant_isolation of /m,
  },
  'a dropped table that came back without its capture': {
    async reach(history) {
      await history.step(app({ projects }, [records('projects')]));
      await history.own('DROP TABLE "projects" CASCADE;');
      history.forget('projects');
      await history.stepWithout(app({ projects }, [records('projects')]), {}, (statement) =>
        statement.includes('create or replace trigger tenantry_record'),
      );
      return app({ projects }, [records('projects')]);
    },
    finds: [/^generated-missing projects.tenantry_record: /],
    says: /^puts back: trigger tenantry_record of projects;/m,
  },
  'a search without its function and its index': {
    async reach(history) {
      await history.step(app({ searched }));
      const dropped = await withClient(history.url, async (client) => {
        const { rows } = await client.query(`
          select 'drop function ' || oid::regprocedure || ';' as sql from pg_proc where proname like 'search%' and pronamespace = 'tenantry'::regnamespace
          union all select 'drop index ' || indexname || ';' from pg_indexes where tablename = 'projects' and indexdef like '%gin%'`);
        return rows.map(({ sql }) => sql).join('\n');
      });
      expect(dropped).toMatch(/drop function[\s\S]*drop index/);
      await history.own(dropped);
      return app({ searched });
    },
    finds: [
      /^generated-missing tenantry.search_projects_name/,
      /^generated-missing projects\S+: index/,
    ],
    says: /^puts back: .*function tenantry.search_projects_name/m,
  },
  'triggers of a feature that is gone': {
    async reach(history) {
      await history.step(app({ projects }, [records('projects')]));
      return app({ projects });
    },
    finds: [/^generated-by-nobody projects.tenantry_record: /],
    says: /^removes: .*trigger tenantry_record of projects/m,
  },
  'a table that is no longer recorded, and is': {
    async reach(history) {
      const works = tasks('works');
      await history.step(app({ projects, works }, [records('projects', 'works')]));
      return app({ projects, works }, [records('projects')]);
    },
    finds: [/^generated-by-nobody works.tenantry_record: /],
    says: /^removes: trigger tenantry_record of works;/m,
  },
  'a view without its rights': {
    async reach(history) {
      await history.step(app({ projects, names: names('a') }));
      await history.stepWithout(app({ projects, names: names('b') }), {}, (statement) =>
        /on table "public"."names"/.test(statement),
      );
      return app({ projects, names: names('b') });
    },
    finds: [/^generated-opened names: table names: role app lacks select/],
    says: /^puts back: .*rights of app on names/m,
  },
  'a table that moved, with the rights of its former kind': {
    async reach(history) {
      await history.step(app({ projects }));
      await history.stepWithout(
        app({ crm, moved }),
        { schemas: { projects: 'crm' } },
        (statement) => /^\s*(revoke|grant) .* on table "crm"."projects"/m.test(statement),
      );
      return app({ crm, moved });
    },
    finds: [/^generated-opened crm.projects: table crm.projects: role app may delete/],
    says: /^puts back: .*rights of app on crm.projects/m,
  },
  'a role that was renamed, with the rights of its old name': {
    async reach(history) {
      await history.step(worded('organization'));
      await history.stepWithout(worded('organization', 'web_of_states'), {}, (statement) =>
        /^\s*revoke .* from "app"/m.test(statement),
      );
      return worded('organization', 'web_of_states');
    },
    finds: [
      /^generated-opened schema tenantry: schema tenantry: role app may usage/,
      /^generated-opened projects: table projects: role app may /,
    ],
    says: /^removes: .*rights of app on /m,
  },
  'a default that reads the setting of the old word': {
    async reach(history) {
      await history.step(worded('organization'));
      await history.stepWithout(
        worded('workspace'),
        { columns: { projects: { organization_id: 'workspace_id' } } },
        (statement) => /set default/i.test(statement),
      );
      return worded('workspace');
    },
    finds: [/^generated-changed projects.workspace_id: default/],
    says: /^puts back: default workspace_id of projects;/m,
  },
  'a key that is named after the old name of its table': {
    async reach(history) {
      await history.step(app({ projects, tasks: tasks('tasks') }));
      await history.stepWithout(
        app({ projects, duties: tasks('duties') }),
        { tables: { tasks: 'duties' } },
        (statement) => /(drop|rename) constraint .*"tasks_project_id_fk"/i.test(statement),
      );
      return app({ projects, duties: tasks('duties') });
    },
    finds: [/^generated-by-nobody duties.tasks_project_id_fk: /],
    says: /^removes: foreign key tasks_project_id_fk of duties;/m,
  },
};

test.each(Object.entries(states))(
  '%s: doctor finds it, and the next generate mends it and says so',
  async (_, { reach, finds, says }) => {
    const history = await History.begin();
    const declared = await reach(history);
    const findings = () =>
      withClient(history.url, async (client) => {
        const all = (await examine(client, declared)).findings;
        return all
          .filter(({ rule }) => rule.startsWith('generated-'))
          .map(({ rule, object, found }) => `${rule} ${object}: ${found}`);
      });
    const found = await findings();
    for (const each of finds) expect(found).toContainEqual(expect.stringMatching(each));
    await history.step(declared);
    expect(history.notes.join('\n')).toMatch(says);
    expect(await findings()).toEqual([]);
    expect(await history.differences()).toEqual([]);
  },
  60_000,
);
