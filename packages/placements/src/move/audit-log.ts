import { TenantryError } from '@tenantry/core';
import type { EndOfMove } from './end.ts';

/** The most entries that one call seals. */
const most = 10_000;
const pauseMs = 50;

/** Whether a database has the log of @tenantry/audit-log, and one that moves. */
export async function auditOf({ query }: Pick<EndOfMove, 'query'>): Promise<EndOfMove['audit']> {
  const [row] = await query<{ log: boolean; moves: boolean; links: boolean }>(
    `select pg_catalog.to_regclass($name$tenantry.audit_seals$name$) is not null as log,
       pg_catalog.to_regproc($name$tenantry.audit_go_on_above$name$) is not null as moves,
       coalesce((select p.prosrc ~ 'audit_permits' from pg_catalog.pg_proc p
         where p.oid = pg_catalog.to_regproc($name$tenantry.audit_link$name$)), true) as links`,
  );
  if (row?.log !== true) return 'none';
  return row.moves && row.links ? 'moves' : 'old';
}

/**
 * Seals all entries of a tenant where they were written: another database cannot say when a transaction of
 * this one has ended. Sealing does not pass the oldest open transaction of the server that has written.
 *
 * @param waitMs for such a transaction; 0 seals what can be sealed now
 * @throws TenantryError `MOVE_BLOCKED`
 */
export async function sealEntries(
  { query, audit, title }: EndOfMove,
  tenant: string,
  waitMs: number,
): Promise<void> {
  if (audit === 'none') return;
  const until = performance.now() + waitMs;
  for (;;) {
    const [sealed] = await query<{ busy: boolean; more: boolean }>(
      'select busy, more from tenantry.audit_seal($1)',
      [most],
    );
    if (sealed?.more === true) continue;
    // a text is taken as an id of the tenancy's type
    const [left] = await query<{ entries: string }>(
      'select tenantry.audit_unsealed_of($1)::text as entries',
      [tenant],
    );
    if (left?.entries === '0') return;
    if (performance.now() >= until) {
      if (waitMs === 0) return;
      throw new TenantryError('MOVE_BLOCKED', {
        found: `entries of the audit log cannot be sealed in ${title}: a transaction of the server is open (\`npx tenantry audit lag\`).`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Lets new entries of the target go on above those that have come. It waits for writers of the log. */
export async function goOnAbove(
  source: EndOfMove,
  target: EndOfMove,
  tenant: string,
  waitMs: number,
): Promise<void> {
  if (source.audit === 'none') return;
  const [last] = await source.query<{ xid: string }>(
    'select tenantry.audit_above($1)::text as xid',
    [tenant],
  );
  await target.query('begin isolation level read committed');
  await target.query("select pg_catalog.set_config('lock_timeout', $1, true)", [String(waitMs)]);
  await target.query('select tenantry.audit_go_on_above($1::bigint)', [last?.xid ?? '0']);
  await target.query('commit');
}

/**
 * Lets the running transaction change a log that only grows; `false` ends that before its commit. Triggers
 * that wait for the commit run before: those of a linked log link no entry that has brought its link.
 */
export const permitLog = async (
  { query, audit, isCluster, tenant }: EndOfMove,
  allowed: boolean,
): Promise<void> => {
  if (audit === 'none') return;
  if (isCluster) {
    await query('select tenantry.audit_permit($1, $2)', [tenant, allowed]);
    return;
  }
  if (!allowed) await query('set constraints all immediate');
  await query('select tenantry.audit_permit($1)', [allowed]);
};
