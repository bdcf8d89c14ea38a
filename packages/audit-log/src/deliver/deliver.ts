import { randomUUID } from 'node:crypto';
import type { IdKind, TenantProperty } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
import { name, runStatement, type SqlStatement, statement, storableText } from '@tenantry/core/sql';
import { isDistributed, sealedUpTo } from '../export/seals.ts';
import { readLag } from '../jobs/lag.ts';
import { type EntryRow, entryColumns } from '../read/columns.ts';
import { constant } from '../read/constant.ts';
import { toEntry } from '../read/entry.ts';
import type { Source } from '../read/source.ts';
import type { AuditDeliverResult, AuditSink, DeliverOptions } from './sink.ts';

/**
 * Delivers new entries to a sink, at least once. The log is the outbox: the position of a sink advances
 * only over finished transactions, so a late commit is never skipped. A lease keeps a second process
 * away, and no transaction is open while the sink works.
 */
export async function deliver<T extends string, K extends IdKind>(
  source: Source<T, K>,
  sink: AuditSink<TenantProperty<T, K>>,
  {
    batchSize = 500,
    leaseMs = 60_000,
    mostBatches = Number.POSITIVE_INFINITY,
  }: DeliverOptions = {},
): Promise<AuditDeliverResult> {
  const { db, tenancy } = source;
  storableText(sink.name, { name: 'option sink.name', most: 100 });
  wholeNumber(batchSize, { name: 'option batchSize', least: 1, greatest: 10_000 });
  check(
    typeof leaseMs === 'number' && leaseMs >= 1000 && leaseMs <= 3_600_000,
    'option leaseMs',
    'Use 1000 to 3600000.',
  );
  const lease = randomUUID();
  const send = <R>(text: SqlStatement) => runStatement<R>(db, text);
  await send(
    statement`insert into tenantry.audit_deliveries (sink) values (${sink.name}) on conflict do nothing`,
  );
  let delivered = 0;
  let reached: string | undefined;
  for (let batch = 0; batch < mostBatches; batch++) {
    // the row lock of the UPDATE lets only one process take the lease, and the lease outlives the
    // statement
    const [place] = await send<DeliveryPlace>(
      statement`update tenantry.audit_deliveries set lease = ${lease}, leased_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)
        where sink = ${sink.name} and (lease is null or lease = ${lease} or leased_until < clock_timestamp())
        returning transaction_id::text as xid, created_at::text as at, id::text as id`,
    );
    if (place === undefined) return { delivered, busy: true };
    const rows = await send<EntryRow>(behind(source, place, await final(source), batchSize));
    const last = rows.at(-1);
    reached = last?.transactionId ?? place.xid;
    if (last !== undefined) {
      try {
        await sink.deliver(rows.map(toEntry(tenancy)));
      } catch (error) {
        const message = String(error instanceof Error ? error.message : error).slice(0, 500);
        await send(
          statement`update tenantry.audit_deliveries set lease = null, failures = failures + 1, last_error = ${message.replaceAll('\0', '')} where sink = ${sink.name} and lease = ${lease}`,
        );
        throw error;
      }
      await send(
        statement`update tenantry.audit_deliveries set transaction_id = ${last.transactionId}::text::bigint, created_at = ${last.createdAt}::timestamptz, id = ${last.id}::uuid, delivered = delivered + ${rows.length}::integer, failures = 0, last_error = null where sink = ${sink.name} and lease = ${lease}`,
      );
      delivered += rows.length;
    }
    if (rows.length < batchSize) break;
  }
  await send(
    statement`update tenantry.audit_deliveries set lease = null where sink = ${sink.name} and lease = ${lease}`,
  );
  const lag = await readLag(db, String(BigInt(reached ?? '-1') + 1n));
  return { delivered, busy: false, ...(lag !== undefined && { lag }) };
}

/** The position of a sink in the log. */
interface DeliveryPlace {
  readonly xid: string;
  readonly at: string;
  readonly id: string;
}

/** The condition for an entry of a finished transaction; on Citus the sealed ones are known to be that. */
const final = async (source: Source): Promise<SqlStatement> =>
  (await isDistributed(source))
    ? statement`l.transaction_id < ${String(await sealedUpTo(source))}::text::bigint`
    : statement`l.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + tenantry.audit_xid_offset()`;

/** The entries of finished transactions after a position, in the order of the transaction id index. */
const behind = (
  { tenancy, table }: Source,
  { xid, at, id }: DeliveryPlace,
  final: SqlStatement,
  most: number,
) =>
  statement`select ${entryColumns(tenancy)} from ${name(...table)} l
    where l.transaction_id >= ${xid}::text::bigint
      and (l.transaction_id, l.created_at, l.id) > (${xid}::text::bigint, ${at}::text::timestamptz, ${id}::uuid)
      and ${final}
    order by l.transaction_id, l.created_at, l.id limit ${constant(most)}`;
