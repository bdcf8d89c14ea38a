import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { rewindTenant } from '../../src/lifecycle/rewind/rewind-tenant.ts';
import type { RewindSource } from '../../src/lifecycle/rewind/source.ts';
import {
  acme,
  featuresOfSchemas as features,
  globex,
  rowsOf,
  schema,
  tenancy,
  timeOf,
} from '../support/rewinds.ts';

export const path = 't_acme, tenantry_barred, public';
export const inSchema = { schema: 't_acme', path };
export const seed = `
  insert into projects (organization_id, id, name, price, details, token, email) values
    ('${acme}', 1, 'One', 1.50, '{"a": [1, 2.0]}', 'secret', 'ada@acme.example'), ('${acme}', 2, 'Two', null, null, null, null);
  insert into tasks (organization_id, id, project_id, parent_id, title) values
    ('${acme}', 1, 1, null, 'a'), ('${acme}', 2, 1, 1, 'b'), ('${acme}', 3, 2, null, 'c');
  insert into marks values ('${acme}', 1, 'x', 1), ('${acme}', 2, 'y', 2);
`;
export const damage = `
  update projects set name = 'Uno', price = 1.5 where id = 1;
  insert into projects (organization_id, id, name) values ('${acme}', 3, 'Three');
  update tasks set project_id = 3 where id = 3;
  delete from marks where task_id = 2;
  delete from tasks where id = 2;
  delete from projects where id = 2;
`;
/** The route of Acme. */
export const placed = `insert into tenantry.placements (tenant, place) values ('${acme}', 'acme_own')`;

const commandsOn =
  (url: string) =>
  (...argv: string[]) =>
    runCommand({ tenancy, features, database: { url, systemUrl: url, migrationUrl: url } }, argv);

/** A database with a log and two schemas. The shared tables and one schema have rows with the ids of `seed`. */
async function prepare(url: string): Promise<void> {
  await applySchema(url, { tenancy, schema, features });
  for (const of of ['acme', 'globex']) {
    const add = ['places', 'add', `${of}_own`, '--schema', `t_${of}`, '--url', url];
    const { code, stderr } = await commandsOn(url)(...add);
    if (code !== 0) throw new Error(stderr);
  }
  const theirs = seed.replaceAll(acme, globex);
  await withClient(url, (client) =>
    client.query(`insert into organizations values ('${acme}', 'Acme'), ('${globex}', 'Globex');
      ${theirs} set search_path = t_globex, public; ${theirs}`),
  );
}

/** Acme, which the test places. */
export async function rewindableInSchema() {
  const { url } = await testDatabase({ key: 'rewinds-schemas', migrate: prepare });
  const ask = (text: string, values: unknown[] = []) =>
    withClient(url, async (client) => (await client.query(text, values)).rows);
  return {
    url,
    ask,
    command: commandsOn(url),
    now: () => withClient(url, timeOf),
    /** Runs SQL where Acme lives. */
    there: (text: string) => ask(`set search_path = ${path}; ${text}`),
    rows: () =>
      withClient(url, async (client) => {
        await client.query(`set search_path = ${path}`);
        return rowsOf(client, acme);
      }),
    /** What others have in the tables of the same names. */
    others: () =>
      ask(`select (select jsonb_agg(p order by id) from public.projects p) as projects,
        (select jsonb_agg(t order by id) from public.tasks t) as tasks,
        (select jsonb_agg(p order by id) from t_globex.projects p) as in_schema`),
    rewind: (source: RewindSource, apply?: string) =>
      withClient(url, (client) =>
        rewindTenant(client, { tenancy, tenant: acme, by: 'Olga', inSchema, source, apply }),
      ),
  };
}
