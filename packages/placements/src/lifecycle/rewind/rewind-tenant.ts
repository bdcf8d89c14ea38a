import { type Tenancy, TenantryError } from '@tenantry/core';
import { fenceClass } from '@tenantry/core/sql';
import { notOnCitus } from '../../on-citus.ts';
import { tenantTables } from '../../rows/index.ts';
import { type Session, settings, textRows } from '../client.ts';
import { refuseElsewhere } from '../here.ts';
import { isCluster } from '../on-cluster.ts';
import { writingRoles } from '../writing-roles.ts';
import { differencesOf, newDigest, type TableDifference } from './differences.ts';
import { missingValues, referencesToGoing, referencesToNothing } from './obstacles.ts';
import { type LeftTable, readCaptured, rewindableTables } from './rewindable.ts';
import type { RewindSource } from './source.ts';
import { wantedTables } from './wanted-tables.ts';
import { lockRows, writeRows } from './write-rows.ts';

/** What {@link rewindTenant} takes. */
export interface RewindOptions {
  readonly tenancy: Tenancy;
  readonly tenant: string;
  /** The place in which it lives. Default: the shared tables. */
  readonly place?: string | undefined;
  /** The schema of the shared database in which it lives, and the path of its statements. Default: none. */
  readonly inSchema?: { readonly schema: string; readonly path: string } | undefined;
  readonly source: RewindSource;
  /** Tables, or columns of them, that stay as they are: `public.invoices`. Default: none. */
  readonly without?: readonly string[];
  /** The digest of the differences that are written. Default: none, nothing is written. */
  readonly apply?: string | undefined;
  /** Who does it, for the audit log. */
  readonly by: string;
  /** How many rows of each table are described. Default: 20. */
  readonly most?: number;
  /** How long to wait for a transaction of the tenant, in milliseconds. Default: 10,000. */
  readonly waitMs?: number;
  readonly progress?: (what: string, done?: number) => void;
}

/** What differs between a tenant now and then. */
export interface Rewound {
  readonly tenant: string;
  /** Of all differences, in hexadecimal digits. */
  readonly digest: string;
  /** Tables with differences; parents come first. */
  readonly tables: readonly TableDifference[];
  /** Tables that stay as they are. */
  readonly left: readonly LeftTable[];
  /** What keeps it from being applied. */
  readonly refused: readonly string[];
  /** What is not certain. */
  readonly warnings: readonly string[];
  readonly applied: boolean;
}

/**
 * Compares the rows of a tenant with those of another time, and with `apply` makes them equal, in one
 * transaction: statements of the tenant wait, triggers run, and at the end the rows are compared again.
 * Rows of other tenants are neither read nor written.
 *
 * Looking takes one snapshot. Writing is done under READ COMMITTED, which plan limits ask for: the fence comes
 * first, so the last transaction of the tenant is seen; then the rows that differ are locked, so that
 * system work, which no fence stops, does not change them after they were compared.
 *
 * @param session outside a transaction, as the login that owns the tables, where the tenant lives
 * @throws TenantryError `REWIND_REFUSED`, `REWIND_CHANGED`, `REWIND_DIFFERS`, `EXPORT_INVALID`,
 *   `TENANT_ROWS_HIDDEN`
 */
export async function rewindTenant(session: Session, options: RewindOptions): Promise<Rewound> {
  const { tenancy, tenant, inSchema, source, without = [], apply } = options;
  const { most = 20, progress = () => {} } = options;
  if (await isCluster(session, tenancy))
    throw notOnCitus('a tenant on a cluster', 'Move it to a database of its own first.');
  try {
    await session.query(
      `begin isolation level ${apply === undefined ? 'repeatable read' : 'read committed'}`,
    );
    for (const setting of settings) await session.query(setting);
    if (apply !== undefined) await fence(session, options);
    await refuseElsewhere(session, tenancy, options.place);
    const all = await tenantTables(session, tenancy, { schema: inSchema?.schema ?? null });
    const captured = await readCaptured(session, tenancy.schema);
    const { tables, left } = rewindableTables(all.tables, captured, tenancy.schema, without);
    const workAs = await writingRoles(
      session,
      tables.map(({ table }) => table),
      tenancy,
      'INSERT',
      'UPDATE',
      'DELETE',
    );
    const reading = { session, tenancy, workAs, tenant, all, captured, progress };
    const found = await wantedTables(reading, source, tables, without);
    const looking = { session, workAs, all, wanted: found.wanted, tenant };
    const compare = async (rows: number) => {
      const digest = newDigest();
      const differences: TableDifference[] = [];
      for (const wanted of found.wanted)
        differences.push(
          await differencesOf(session, workAs, wanted, { tenant, digest, most: rows }),
        );
      return {
        digest: digest.digest('hex'),
        tables: differences.filter((each) => each.inserted + each.updated + each.deleted > 0),
      };
    };
    if (apply !== undefined) for (const wanted of found.wanted) await lockRows(looking, wanted);
    const { digest, tables: differences } = await compare(most);
    const refused = [
      ...found.refused,
      ...(await referencesToGoing(looking, { later: true })),
      ...(await referencesToNothing(looking)),
      ...(await missingValues(looking)),
    ];
    const rewound: Rewound = {
      tenant,
      digest,
      tables: differences,
      left: [...left, ...found.left],
      refused,
      warnings: found.warnings,
      applied: false,
    };
    if (apply === undefined) {
      await session.query('rollback');
      return rewound;
    }
    if (refused.length > 0)
      throw new TenantryError('REWIND_REFUSED', { found: `${refused.join('; ')}.` });
    if (!/^[0-9a-f]{12,64}$/.test(apply) || !digest.startsWith(apply))
      throw new TenantryError('REWIND_CHANGED', {
        found: `differences with the digest ${digest.slice(0, 12)}.`,
      });
    await session.query(`select set_config($1, $2, true), set_config('app.actor', $3, true)`, [
      tenancy.setting,
      tenant,
      JSON.stringify({ system: options.by, reason: reasonOf(source) }),
    ]);
    await onPath(session, inSchema?.path, () => writeRows(looking));
    const after = await compare(0);
    if (after.tables.length > 0)
      throw new TenantryError('REWIND_DIFFERS', {
        found: `${after.tables.map(({ table }) => table).join(', ')}.`,
      });
    await session.query('commit');
    return { ...rewound, applied: true };
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw explained(error);
  }
}

/** Functions of triggers look names up as in a statement of the tenant. */
async function onPath(
  session: Session,
  path: string | undefined,
  fn: () => Promise<void>,
): Promise<void> {
  if (path === undefined) return fn();
  const [before] = await textRows(session, "select current_setting('search_path')");
  const setPath = (to: string | null | undefined) =>
    session.query("select set_config('search_path', $1, true)", [to]);
  await setPath(path);
  await fn();
  await setPath(before?.[0]);
}

const reasonOf = (source: RewindSource): string =>
  'to' in source ? `rewound to ${source.to}` : 'rewound to an export';

/** Waits for the transactions of the tenant, and keeps new ones waiting. */
async function fence(session: Session, { tenant, waitMs = 10_000 }: RewindOptions): Promise<void> {
  await session.query("select set_config('lock_timeout', $1, true)", [String(waitMs)]);
  await session.query(`select pg_advisory_xact_lock(${fenceClass}, hashtext($1))`, [tenant]);
}

function explained(error: unknown): unknown {
  const { code } = error as { code?: string };
  // a lock timeout, a deadlock
  if (code !== '55P03' && code !== '40P01') return error;
  return new TenantryError('REWIND_CHANGED', {
    found: 'a transaction that writes the same rows and does not end.',
    fix: 'End it, or wait longer with --wait; nothing was written.',
    cause: error,
  });
}
