import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDefinitions } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { prefixedIds } from './support/applications.ts';
import { withDatabase } from './support/database.ts';
import { emptyProject } from './support/project.ts';

// The guide "Adopt" on an application without Drizzle: text ids with a prefix, from `tables: {}` to doctor.

const [ddl = '', rows = ''] = prefixedIds.split(/(?=insert into users)/);
const { url } = await testDatabase();
const project = emptyProject(['pg']);
const config = (tables: string) => `import { defineConfig } from 'tenantry';
import { defineIsolation } from '@tenantry/rls';
import { tenancy } from './src/tenancy.ts';
const { isolate, reference, shared, systemOnly, tenants, visibleThrough } = defineIsolation(tenancy);
export default defineConfig({
  tenancy,
  tables: {
${tables}
  },
  directory: { tenant: 'orgs.id', member: 'org_users.user_id' },
  database: { migrationUrl: '${url}', url: '${url}', shadowUrl: '${url}' },
});
`;
project.write('package.json', '{ "type": "module", "private": true }');
project.write(
  'src/tenancy.ts',
  "import { defineTenancy } from '@tenantry/core';\nexport const tenancy = defineTenancy({ tenant: 'org', id: 'text' });\n",
);
project.write('migrations/0001_tables.sql', ddl);
project.write('tenantry.config.ts', config('    webhook_deliveries: isolate,'));
await withDatabase(url, (client) => client.query(`${ddl}\n${rows}`));

const adopt = (...args: string[]) => project.tenantry('adopt', ...args);
const files = () =>
  readdirSync(join(project.folder, 'migrations'))
    .filter((file) => file.endsWith('.sql'))
    .sort();
const run = (database: string, some: readonly string[]) =>
  withDatabase(database, async (client) => {
    for (const file of some)
      await client.query(
        `begin;\n${readFileSync(join(project.folder, 'migrations', file), 'utf8')}\ncommit;`,
      );
  });

test('a plan takes what tables declares, and finds the rest', async () => {
  const { code, text } = await adopt();
  expect({ code, text }).toMatchObject({ code: 0 });
  expect(text).toMatch(/webhook_deliveries +isolated +its declaration says so/);
  expect(text).toContain('org_id, filled from webhooks by webhook_id');
  expect((await adopt('--plan')).code).toBe(0);
});

test('it is carried out, and taken back, and carried out', async () => {
  expect((await adopt('--run')).text).toContain('Observe mode');
  expect(await adopt('--enforce')).toMatchObject({ code: 0 });
  expect(await adopt('--back', '--table', 'invoices')).toMatchObject({ code: 0 });
  expect(await adopt('--enforce')).toMatchObject({ code: 0 });
});

test('the configuration and the migrations follow, here and on an empty database', async () => {
  const schema = await adopt('--schema', '--json');
  const lines = JSON.parse(schema.text.slice(schema.text.indexOf('['))) as { lines: string[] }[];
  const tables = lines.flatMap((each) => each.lines);
  expect(tables).toContain('orgs: tenants,');
  expect(tables).toContain(
    "users: (t, others) => [...visibleThrough(t, { link: others.org_users, property: 'user_id' })],",
  );
  project.write('tenantry.config.ts', config(tables.map((line) => `    ${line}`).join('\n')));
  expect(await adopt('--migrations')).toMatchObject({
    code: 0,
    text: expect.stringContaining('0002_tenantry_adopt'),
  });
  // once
  expect((await adopt('--migrations')).text).toContain('No migration needs it.');
  const generated = await project.tenantry('generate');
  expect(generated).toMatchObject({ code: 0 });
  const check = await project.tenantry('generate', '--check');
  expect(check).toMatchObject({ code: 0, text: expect.stringContaining('proven') });
  await run(url, files().slice(1));
  const doctor = await project.tenantry('doctor', '--json');
  const { findings } = JSON.parse(doctor.text.slice(doctor.text.indexOf('{')));
  expect(findings.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);

  const empty = await testDatabase();
  await run(empty.url, files());
  const objects = (database: string) =>
    withDatabase(database, async (client) => {
      const all = new Map(await readDefinitions(client));
      for (const title of [...all.keys()]) if (/adopt/.test(title)) all.delete(title);
      return all;
    });
  expect(await objects(empty.url)).toEqual(await objects(url));
});
