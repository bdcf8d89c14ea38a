import type { DoctorFinding, FeatureCheckContext } from '@tenantry/rls/feature';
import { inWords } from './align.ts';
import { barredSchema, shared } from './names.ts';
import { differences, readObjects } from './objects.ts';
import type { Asking } from './table-object.ts';

/** Compares the schemas of tenants with the shared tables. */
export async function compareSchemas(context: FeatureCheckContext): Promise<DoctorFinding[]> {
  const { rows } = await context.query(
    'select name, schema_name as schema from tenantry.places where schema_name is not null order by name',
  );
  const places = rows as { name: string; schema: string }[];
  if (places.length === 0) return [];
  const ask: Asking = (text, values) => context.query(text, values);
  const { rows: before } = await context.query(
    `select pg_catalog.current_setting('search_path') as path`,
  );
  try {
    return await compared(ask, context, places);
  } finally {
    const [{ path }] = before as [{ path: string }];
    await context.query(`select pg_catalog.set_config('search_path', $1, true)`, [path]);
  }
}

async function compared(
  ask: Asking,
  { tenancy }: FeatureCheckContext,
  places: readonly { readonly name: string; readonly schema: string }[],
): Promise<DoctorFinding[]> {
  const { rows } = await ask(
    `select t.typname::text as name from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
     where n.nspname = $1 and t.typtype = 'c' order by 1`,
    [barredSchema(tenancy)],
  );
  const tables = (rows as { name: string }[]).map(({ name }) => name);
  const findings: DoctorFinding[] = [];
  for (const { name, schema } of places) {
    const wanted = await readObjects(ask, shared, shared, tables, schema);
    const left = differences(wanted, await readObjects(ask, schema, shared, tables));
    if (left.length === 0) continue;
    findings.push({
      object: `schema ${schema}`,
      found: `${inWords(left)}.`,
      fix: `Run: npx tenantry places add ${name} --schema ${schema} --url <the login that migrates>`,
      evidence: left,
    });
  }
  return findings;
}
