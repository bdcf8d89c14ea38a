import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { startTelemetry, type TelemetryOptions } from '../../src/otel/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

// What startTelemetry costs: CPU of this process for each statement, the median of adjacent pairs. What is
// sent is the same with and without it, so the server has nothing to do with it.

const database = await coreDatabase();
const pool = database.pool({ max: 1, maxStatementAgeMs: 3_600_000 });
const statements = 400;
const pairs = 60;
const text = 'select organization_id, id, name from projects where name = $1';

async function work(): Promise<number> {
  const began = process.cpuUsage();
  await tenancy.run(acme, async () => {
    for (let n = 0; n < statements; n++) await pool.query(text, ['Rocket']);
  });
  const { user, system } = process.cpuUsage(began);
  return (user + system) / statements;
}

const median = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** Microseconds of CPU that a statement takes without, and what it takes more with the options. */
async function measure(options: TelemetryOptions | undefined) {
  const off: number[] = [];
  const more: number[] = [];
  for (let n = 0; n < pairs + 10; n++) {
    const sides = [undefined, options];
    if (n % 2 === 1) sides.reverse();
    const took = new Map<unknown, number>();
    for (const side of sides) {
      const telemetry = side === undefined ? undefined : startTelemetry(pool, side);
      took.set(side ?? 'off', await work());
      telemetry?.stop();
    }
    if (n < 10) continue; // the code is not compiled yet
    off.push(took.get('off') as number);
    more.push((took.get(options) as number) - (took.get('off') as number));
  }
  return { off: median(off), more: median(more) };
}

/** As a batch processor: it keeps nothing here, and exports nothing. */
const dropped: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};
const recording = new BasicTracerProvider({ spanProcessors: [dropped] });
const sampledOut = new BasicTracerProvider({ sampler: new AlwaysOffSampler() });

test.each<[string, TelemetryOptions]>([
  ['without an SDK', {}],
  ['spans that are not sampled', { tracerProvider: sampledOut }],
  ['spans', { tracerProvider: recording }],
  ['spans and metrics', { tracerProvider: recording, meterProvider: new MeterProvider() }],
])('%s', async (name, options) => {
  const { off, more } = await measure(options);
  console.log(`${name}: ${more.toFixed(1)} µs more than ${off.toFixed(0)} µs`);
  expect(more).toBeLessThan(off);
});
