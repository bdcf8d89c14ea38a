import { compareDefinitions, generate, readDefinitions } from '@tenantry/rls/generate';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { wholeApplication } from './support/whole-application.ts';

// what of an application depends on the name of its schema: nothing

const rename = (text: string) =>
  text
    .replace(/\bapp\.organization_id\b/g, 'own_house.organization_id')
    .replace(
      /\btenantry\b(?=\.(?!project))|(?<=schema |\$name\$ )tenantry\b|(?<=rights of \S+ on schema )tenantry\b/g,
      'own_house',
    )
    .replace(/\baudit_writer\b/g, 'own_house_audit_writer')
    .replace(/\btenantry_rbac'/g, "own_house_rbac'");

async function made(context: 'plain' | 'signed', schema?: string) {
  const application = wholeApplication({ tenant: 'organization', context, schema });
  const { url } = await testDatabase();
  await applySchema(url, application);
  return withClient(url, async (client) => ({
    catalogue: await readDefinitions(client),
    bodies: (
      await client.query(
        `select p.proname, coalesce(p.prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), '') as body
         from pg_proc p where p.pronamespace = to_regnamespace($1)`,
        [schema ?? 'tenantry'],
      )
    ).rows as { proname: string; body: string }[],
    schemas: (await client.query("select nspname from pg_namespace where nspname = 'tenantry'"))
      .rowCount,
  }));
}

test.each(['plain', 'signed'] as const)('nothing of ours names another schema (%s)', (context) => {
  const application = wholeApplication({ tenant: 'organization', context, schema: 'own_house' });
  const { foundation, sections } = generate(application);
  const left = [foundation, ...sections].flatMap(({ id, statements }) =>
    statements
      // the mark of our bodies, and what a user said
      .map((sql) => sql.replace(/\$tenantry\$|tenantry\.project\b|--.*/g, ''))
      .flatMap((sql) => sql.match(/.*\btenantry(?:\.|'|\W+name\$).*/g) ?? [])
      .map((line) => `${id}: ${line.trim()}`),
  );
  expect(left).toEqual([]);
});

test.each(['plain', 'signed'] as const)(
  'a schema of its own has the same catalogue (%s)',
  async (context) => {
    const standard = await made(context);
    const own = await made(context, 'own_house');
    const renamed = new Map(
      [...standard.catalogue].map(([title, is]) => [rename(title), rename(is)] as const),
    );
    const differences = compareDefinitions(own.catalogue, renamed).map(
      ({ object, first, second }) => [
        object,
        ...[first, second].map((is, i) => {
          const others = new Set((i === 0 ? second : first)?.split('\n'));
          return is?.split('\n').filter((line) => !others.has(line));
        }),
      ],
    );
    expect(differences).toEqual([]);
    expect(own.schemas).toBe(0);
    expect(own.bodies.length).toBeGreaterThan(100);
    expect(own.bodies.filter(({ body }) => /\btenantry\.(?!project)/.test(body))).toEqual([]);
  },
);
