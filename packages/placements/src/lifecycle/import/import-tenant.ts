import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { fenceClass, textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import { type TenantTable, tenantTables } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';
import { rowsOf } from '../lines.ts';
import type { Manifest } from '../manifest.ts';
import { openManifest } from '../manifest-file.ts';
import { isCluster, setValues } from '../on-cluster.ts';
import { placeOf } from '../place-of.ts';
import { type WorkAs, writingRoles } from '../writing-roles.ts';
import { insertRows } from './insert-rows.ts';
import { type MatchedTable, matchTables } from './matched.ts';
import { checkReferences } from './references.ts';
import { type Renaming, renaming } from './renaming.ts';
import { advanceSequence, type GreatestValue, greatestValues } from './sequences.ts';

/** What {@link importTenant} takes. */
export interface ImportOptions {
  readonly tenancy: Tenancy;
  /** The folder of the export. */
  readonly from: string;
  /** The id under which it is imported. Default: that of the export. */
  readonly as?: string | undefined;
  /** Tables that are left out, with their schema: `public.invoices`. Default: none. */
  readonly without?: readonly string[];
  /** Other values for columns of the row of the tenant, by their names. Default: none. */
  readonly set?: Readonly<Record<string, string | null>>;
  readonly progress?: (what: string, done?: number, total?: number) => void;
}

/** What was imported. */
export interface Imported {
  readonly tenant: string;
  /** How many rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Reads an export into a database, in one transaction. Triggers are off for it: what they derive is in the
 * export, and capture would log every row. So foreign keys are compared afterwards. A tenant that has a
 * schema by `place` gets its rows there.
 *
 * @param session outside a transaction, as the login that migrates
 * @throws TenantryError `EXPORT_INVALID`, `EXPORT_DIFFERS`, `IMPORT_REFUSED`, `IMPORT_NEEDS_RIGHT`,
 *   `TENANT_HAS_ROWS`, `TENANT_ROWS_HIDDEN`
 */
export async function importTenant(session: Session, options: ImportOptions): Promise<Imported> {
  const { tenancy, from, progress = () => {} } = options;
  const manifest = await openManifest(from, tenancy);
  for (const table of manifest.tables) {
    // all of it before the first statement
    for await (const _ of rowsOf(join(from, table.file), table));
    progress(`checking ${table.schema}.${table.name}`, table.rows);
  }
  const tenant = tenancy.parseId(options.as ?? manifest.tenant);
  try {
    await session.query('begin isolation level read committed');
    const cluster = await isCluster(session, tenancy);
    await setValues(session, cluster);
    // like a move: statements of this tenant wait until its rows are there
    await session.query(`select pg_advisory_xact_lock(${fenceClass}, hashtext($1))`, [tenant]);
    await withoutTriggers(session);
    const { schema } = await placeOf(session, tenancy, String(tenant));
    const { tables } = await tenantTables(session, tenancy, { schema });
    const asked = new Set(options.without);
    const filled = new Set(manifest.tables.flatMap((t) => (t.rows > 0 ? [pathOf(t)] : [])));
    const as = renaming(tables, manifest.tenant, tenant, tenancy, {
      set: options.set,
      travels: (table) => filled.has(pathOf(table)) && !asked.has(pathOf(table)),
    });
    const without = new Set([...asked, ...as.without]);
    const matched = matchTables(manifest, tables, tenancy.schema).filter(
      ({ table }) => !without.has(pathOf(table)),
    );
    refuseLinked(matched, tenancy);
    const workAs = await writingRoles(session, tables, tenancy, 'INSERT');
    await refuseRows(session, workAs, tables, tenant);
    const rows = await insertAll(session, workAs, matched, as, from, progress);
    await finish(session, workAs, matched, tenant);
    await session.query(textInSchema(tenancy.schema, arrived), [
      tenant,
      sourceOf(manifest, options),
    ]);
    await continueLog(session, tenancy);
    await session.query('commit');
    return { tenant, rows };
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw error;
  }
}

/** The chain of a linked log is written by a trigger that no setting turns off. */
function refuseLinked(matched: readonly MatchedTable[], { schema }: Tenancy): void {
  if (!matched.some(({ table }) => table.schema === schema && table.name === 'audit_links')) return;
  throw new TenantryError('IMPORT_REFUSED', {
    found: 'an audit log with the evidence linked.',
    fix: 'Import it under another id, with --as: then the log stays behind.',
  });
}

/** From here on the audit log knows the rows: no trigger has written of those that arrive. */
const arrived = `insert into tenantry.imports (tenant, source) values ($1, $2)
  on conflict (tenant) do update set imported_at = excluded.imported_at, source = excluded.source`;

/** What tells one import from another, in hexadecimal digits. */
export const sourceOf = (
  manifest: Manifest,
  { as, without = [], set = {} }: Pick<ImportOptions, 'as' | 'without' | 'set'>,
): string =>
  createHash('sha256')
    .update(JSON.stringify([manifest, as ?? manifest.tenant, without, set]))
    .digest('hex');

async function withoutTriggers(session: Session): Promise<void> {
  await session.query("set local session_replication_role = 'replica'").catch((cause) => {
    throw (cause as { code?: string }).code === '42501'
      ? new TenantryError('IMPORT_NEEDS_RIGHT', { cause })
      : cause;
  });
}

async function refuseRows(
  session: Session,
  workAs: WorkAs,
  tables: readonly TenantTable[],
  tenant: string,
): Promise<void> {
  for (const table of tables) {
    if (table.belonging === 'person') continue;
    await workAs(table);
    const found = await textRows(
      session,
      `select 1 from ${table.from} where ${table.condition} limit 1`,
      [tenant],
    );
    if (found.length === 0) continue;
    throw new TenantryError('TENANT_HAS_ROWS', {
      found: `in ${table.schema}.${table.name}`,
      fix: 'Import into a database that has none of its rows, or under another id with --as.',
    });
  }
}

async function insertAll(
  session: Session,
  workAs: WorkAs,
  matched: readonly MatchedTable[],
  as: Renaming,
  from: string,
  progress: NonNullable<ImportOptions['progress']>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const each of matched) {
    const { table, exported } = each;
    const title = `${table.schema}.${table.name}`;
    await workAs(table);
    const rows = as.rows(table, exported, rowsOf(join(from, exported.file), exported));
    counts[title] = await insertRows(session, each, rows, (done) =>
      progress(title, done, exported.rows),
    );
  }
  return counts;
}

async function finish(
  session: Session,
  workAs: WorkAs,
  matched: readonly MatchedTable[],
  tenant: string,
): Promise<void> {
  const counted: GreatestValue[] = [];
  for (const { table } of matched) {
    await workAs(table);
    await checkReferences(session, table, tenant);
    counted.push(...(await greatestValues(session, table, tenant)));
  }
  await workAs('login');
  for (const value of counted) await advanceSequence(session, value);
}

/** Entries of the audit log are ordered by transaction ids, which another cluster counts by itself. */
async function continueLog(session: Session, { schema }: Tenancy): Promise<void> {
  const found = await textRows(
    session,
    textInSchema(schema, 'select to_regprocedure($name$tenantry.audit_restored()$name$)::text'),
  );
  if (found[0]?.[0] == null) return;
  await session.query(textInSchema(schema, 'select tenantry.audit_restored()'));
}
