import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterAll, expect, test } from 'vitest';
import { startTelemetry } from '../../src/otel/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
const meterProvider = new MeterProvider({ readers: [reader] });
afterAll(() => meterProvider.shutdown());

/** The points of a metric, as they are now. */
async function points(name: string) {
  exporter.reset();
  await reader.forceFlush();
  return exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }): readonly DataPoint<unknown>[] => dataPoints);
}

test('connections, callers that wait and how long it takes, without the tenant', async () => {
  const database = await coreDatabase();
  const pool = database.pool({ max: 1 });
  const telemetry = startTelemetry(pool, { meterProvider });
  const connections = async () =>
    Object.fromEntries(
      (await points('db.client.connection.count')).map(({ attributes, value }) => [
        attributes['db.client.connection.state'],
        value,
      ]),
    );
  expect(await connections()).toEqual({ idle: 0, used: 0 });
  await tenancy.run(acme, async () => {
    const client = await pool.connect();
    expect(await connections()).toEqual({ idle: 0, used: 1 });
    const waiting = tenancy.outside(() => tenancy.run(globex, () => pool.query('select 1')))();
    const [pending] = await points('db.client.connection.pending_requests');
    expect(pending?.value).toBe(1);
    const { hostname, port, pathname } = new URL(database.web);
    expect(pending?.attributes).toEqual({
      'db.client.connection.pool.name': `${hostname}:${port}${pathname}`,
    });
    client.release();
    await waiting;
    await failure(pool.query('select 1 / 0'));
  });
  expect(await connections()).toEqual({ idle: 1, used: 0 });

  const durations = await points('db.client.operation.duration');
  expect(durations.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, '22012']);
  const [good] = durations;
  expect(good?.value).toMatchObject({ count: 1 });
  expect(good?.attributes).toMatchObject({
    'db.system.name': 'postgresql',
    'db.operation.name': 'SELECT',
    'db.query.summary': 'SELECT',
  });
  expect(JSON.stringify(durations)).not.toContain(acme);
  expect(JSON.stringify(durations)).not.toContain(globex);

  telemetry.stop();
  await tenancy.run(acme, async () => {
    const client = await pool.connect();
    await client.query('select name from projects');
    expect(await connections()).toEqual({ idle: 1, used: 0 });
    client.release();
  });
  expect((await points('db.client.operation.duration')).length).toBe(2);
});
