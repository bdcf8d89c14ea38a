import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startTelemetry } from '../../src/otel/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

/** The part of an instrumentation that says how it wraps a module. */
interface Patching {
  init(): { patch(module: unknown): void; unpatch(module: unknown): void }[];
}

// The guide says what instrumentation-pg shows of the pool, and that both go together.

test('instrumentation-pg sees clients of pg, and no statement of the pool', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const database = await coreDatabase();
  const instrumentation = new PgInstrumentation();
  instrumentation.setTracerProvider(tracerProvider);
  // pg is loaded already: what its hook would do when it is
  const [definition] = (instrumentation as unknown as Patching).init();
  definition?.patch(pg);
  try {
    const texts = () =>
      exporter
        .getFinishedSpans()
        .map(({ name, attributes }) => [
          name.split(' ')[0],
          attributes['db.query.text'] ?? attributes['db.statement'],
        ]);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('select 1');
    await client.end();
    expect(texts().map(([, text]) => text)).toContain('select 1');

    const pool = database.pool({ max: 1 });
    const telemetry = startTelemetry(pool, { tracerProvider });
    exporter.reset();
    await tenancy.run(acme, async () => {
      await pool.query('select $1::int', [2]);
      await pool.transaction((tx) => tx.query('select $1::int', [3]));
    });
    telemetry.stop();
    expect(texts().filter(([, text]) => text === 'select $1::int')).toEqual([
      ['SELECT', 'select $1::int'],
      ['SELECT', 'select $1::int'],
    ]);
  } finally {
    definition?.unpatch(pg);
  }
});
