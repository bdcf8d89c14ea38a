import type { Histogram, Meter, ObservableResult } from '@opentelemetry/api';
import type { TenantPool } from '../pool/tenant-pool.ts';
import type { Named } from './attributes.ts';

/** How long round trips take, in the buckets that the conventions advise. */
export const durationOf = (meter: Meter): Histogram =>
  meter.createHistogram('db.client.operation.duration', {
    description: 'How long a round trip to the database took, with the wait for a connection',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  });

/**
 * Measures the connections of a pool when somebody reads the metrics, and not before.
 * @returns ends it
 */
export function observeConnections(meter: Meter, pool: TenantPool, server: Named): () => void {
  const { 'server.address': host, 'server.port': port, 'db.namespace': database } = server;
  const at = {
    'db.client.connection.pool.name': `${host ?? ''}:${port ?? 5432}/${database ?? ''}`,
  };
  const state = (of: string) => ({ ...at, 'db.client.connection.state': of });
  const count = meter.createObservableUpDownCounter('db.client.connection.count', {
    description: 'Connections of the pool, by what they do',
    unit: '{connection}',
  });
  const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
    description: 'Callers that wait for a connection of the pool',
    unit: '{request}',
  });
  const counts = (result: ObservableResult) => {
    const { totalCount, idleCount } = pool;
    result.observe(idleCount, state('idle'));
    result.observe(totalCount - idleCount, state('used'));
  };
  const waits = (result: ObservableResult) => result.observe(pool.waitingCount, at);
  count.addCallback(counts);
  pending.addCallback(waits);
  return () => {
    count.removeCallback(counts);
    pending.removeCallback(waits);
  };
}
