import { randomUUID } from 'node:crypto';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { name, type Queryable, runStatement } from '@tenantry/core/sql';
import type { TablePath } from '../define-audit.ts';
import { type EntryRow, entryColumns } from '../read/columns.ts';
import { piece, toStatement } from '../read/compose.ts';
import { toEntry } from '../read/entry.ts';
import type { AuditSink, DeliverOptions, DeliverResult } from './sink.ts';

/**
 * Sends what a sink has not had yet, at least once. The log is the outbox: the place of a sink moves
 * over transactions that are over for certain, so nothing that commits late is passed by. A lease
 * keeps a second process away, and no transaction is open while the sink works.
 */
export async function deliver(
  db: Queryable,
  tenancy: Tenancy,
  table: TablePath,
  sink: AuditSink,
  { batchSize = 500, leaseMs = 60_000, mostBatches = Number.POSITIVE_INFINITY }: DeliverOptions,
): Promise<DeliverResult> {
  check('sink.name', sink.name.length >= 1 && sink.name.length <= 100);
  check('batchSize', Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= 10_000);
  check('leaseMs', leaseMs >= 1000 && leaseMs <= 3_600_000);
  const lease = randomUUID();
  const send = async <R>(text: Parameters<typeof toStatement>[0]) =>
    runStatement<R>(db, toStatement(text));
  await send(
    piece`insert into tenantry.audit_deliveries (sink) values (${sink.name}) on conflict do nothing`,
  );
  let delivered = 0;
  for (let batch = 0; batch < mostBatches; batch++) {
    // the row lock of the UPDATE lets one process take the lease, and the lease outlives the statement
    const [taken] = await send(
      piece`update tenantry.audit_deliveries set lease = ${lease}, leased_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8) where sink = ${sink.name} and (lease is null or lease = ${lease} or leased_until < clock_timestamp()) returning sink`,
    );
    if (taken === undefined) return { delivered, busy: true };
    const rows = await send<EntryRow & { readonly at: string }>(
      piece`select ${entryColumns(tenancy)} from ${name(...table)} l, tenantry.audit_deliveries d
        where d.sink = ${sink.name} and l.transaction_id >= d.transaction_id
          and (l.transaction_id, l.created_at, l.id) > (d.transaction_id, d.created_at, d.id)
          and l.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + tenantry.audit_xid_offset()
        order by l.transaction_id, l.created_at, l.id limit ${batchSize}`,
    );
    const last = rows.at(-1);
    if (last !== undefined) {
      try {
        await sink.deliver(rows.map(toEntry));
      } catch (error) {
        const message = String(error instanceof Error ? error.message : error).slice(0, 500);
        await send(
          piece`update tenantry.audit_deliveries set lease = null, failures = failures + 1, last_error = ${message.replaceAll('\0', '')} where sink = ${sink.name} and lease = ${lease}`,
        );
        throw error;
      }
      await send(
        piece`update tenantry.audit_deliveries set transaction_id = ${last.xid}::text::bigint, created_at = ${last.at}::timestamptz, id = ${last.id}::uuid, delivered = delivered + ${rows.length}::integer, failures = 0, last_error = null where sink = ${sink.name} and lease = ${lease}`,
      );
      delivered += rows.length;
    }
    if (rows.length < batchSize) break;
  }
  await send(
    piece`update tenantry.audit_deliveries set lease = null where sink = ${sink.name} and lease = ${lease}`,
  );
  return { delivered, busy: false };
}

function check(option: string, holds: boolean): void {
  if (!holds) throw new TenantryError('CONFIG_INVALID', { found: `option ${option}` });
}
