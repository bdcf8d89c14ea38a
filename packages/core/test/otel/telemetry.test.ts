import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import Cursor from 'pg-cursor';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startTelemetry } from '../../src/otel/index.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, gate } from '../support/wait.ts';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const tracer = tracerProvider.getTracer('test');

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const telemetry = startTelemetry(pool, { tracerProvider });
afterAll(() => telemetry.stop());
beforeEach(() => exporter.reset());

/** The spans that `fn` makes, in the order in which they ended. */
async function spansOf(fn: () => Promise<unknown>): Promise<readonly ReadableSpan[]> {
  exporter.reset();
  await fn();
  return exporter.getFinishedSpans();
}
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run({ organizationId: acme, user: ada }, fn);
const names = (spans: readonly ReadableSpan[]) => spans.map(({ name }) => name);

describe('a statement', () => {
  test('is a span of a database client that carries the tenant', async () => {
    const [span, ...more] = await spansOf(() =>
      inAcme(() => pool.query('select name from projects where stars < $1', [7])),
    );
    expect(more).toEqual([]);
    expect(span).toMatchObject({ name: 'SELECT projects', kind: SpanKind.CLIENT });
    const { hostname, port, pathname } = new URL(database.web);
    expect(span?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': pathname.slice(1),
      'server.address': hostname,
      'server.port': Number(port),
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT projects',
      'db.query.text': 'select name from projects where stars < $1',
      'tenantry.tenancy': 'organization',
      'tenantry.scope.kind': 'tenant',
      'tenantry.tenant.id': acme,
    });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('is a child of the span of its request, also where requests cross', async () => {
    const both = gate();
    const request = (tenant: string, name: string) =>
      tracer.startActiveSpan(name, async (span: Span) => {
        await tenancy.run(tenant, async () => {
          await pool.query('select 1');
          if (name === 'second') both.resolve();
          await both.promise;
          await pool.transaction((tx) => tx.query('select name from projects'));
          await pool.batch(() => [pool.query('select 2'), pool.query('select 3')]);
        });
        span.end();
      });
    const spans = await spansOf(() =>
      Promise.all([request(acme, 'first'), request(globex, 'second')]),
    );
    for (const [name, tenant] of [
      ['first', acme],
      ['second', globex],
    ]) {
      const parent = spans.find((span) => span.name === name);
      const children = spans.filter(
        (span) => span.parentSpanContext?.spanId === parent?.spanContext().spanId,
      );
      expect(names(children)).toEqual(['SELECT', 'SELECT projects', 'COMMIT', 'BATCH SELECT']);
      for (const { attributes } of children) expect(attributes['tenantry.tenant.id']).toBe(tenant);
    }
    expect(spans.length).toBe(10);
  });

  test('of system work carries its reason and its actor, and no tenant', async () => {
    const entry = { reason: 'count projects', actor: 'cron' };
    const [span] = await spansOf(() =>
      tenancy.asSystem(entry, () => pool.query('select count(*) from only public.projects')),
    );
    expect(span?.name).toBe('SELECT public.projects');
    expect(span?.attributes).toMatchObject({
      'tenantry.scope.kind': 'system',
      'tenantry.system.reason': 'count projects',
      'tenantry.system.actor': 'cron',
    });
    expect(span?.attributes).not.toHaveProperty('tenantry.tenant.id');
  });

  test('of Drizzle is named by its table', async () => {
    const projects = pgTable('projects', { id: uuid(), name: text() });
    const [span] = await spansOf(() => inAcme(() => drizzle(pool).select().from(projects)));
    expect(span?.name).toBe('SELECT projects');
  });

  test('has no value in its span: literals are replaced, parameters are not there', async () => {
    const spans = await spansOf(() =>
      inAcme(async () => {
        await pool.query(
          `select $1::text, 'sec''ret1', E'secret2\\'', $$secret3$$, 1234 -- secret4`,
          ['secret5'],
        );
        await pool.query(
          `/* secret6 */ select "name" from "projects" where name = 'secret7' limit 9`,
        );
      }),
    );
    expect(spans.map(({ attributes }) => attributes['db.query.text'])).toEqual([
      'select $1::text, ?, ?, ?, ?',
      'select "name" from "projects" where name = ? limit ?',
    ]);
    expect(names(spans)).toEqual(['SELECT', 'SELECT projects']);
    expect(JSON.stringify(spans.map(({ name, attributes }) => [name, attributes]))).not.toMatch(
      /secret|1234/,
    );
  });

  test('has its text cut, and none when it is asked for', async () => {
    const quiet = database.pool({ max: 1 });
    const own = startTelemetry(quiet, { tracerProvider, queryText: false });
    const [without] = await spansOf(() => inAcme(() => quiet.query('select 1 as one')));
    expect(without?.attributes).not.toHaveProperty('db.query.text');
    own.stop();
    const long = `select ${Array.from({ length: 1000 }, (_, i) => `$1::int as c${i}`).join()}`;
    const [cut] = await spansOf(() => inAcme(() => pool.query(long, [1])));
    expect(String(cut?.attributes['db.query.text']).length).toBe(4000);
  });
});

describe('a failure', () => {
  test('of the server gives its code and no message, which quotes values', async () => {
    const spans = await spansOf(() =>
      inAcme(async () => {
        await failure(pool.query('select $1::int', ['secret']));
        await failure(pool.query('insert into projects (name) values ($1)', ['Rocket']));
      }),
    );
    expect(
      spans.map(({ status, attributes, events }) => [status, attributes['error.type'], events]),
    ).toEqual([
      [{ code: SpanStatusCode.ERROR, message: '22P02' }, '22P02', []],
      [{ code: SpanStatusCode.ERROR, message: '23505' }, '23505', []],
    ]);
    expect(spans[0]?.attributes['db.response.status_code']).toBe('22P02');
    expect(
      JSON.stringify(spans.map(({ status, attributes, events }) => [status, attributes, events])),
    ).not.toMatch(/secret|Rocket/);
  });

  test('in a batch is that of the statement', async () => {
    const [span] = await spansOf(() =>
      inAcme(() => failure(pool.batch(() => [pool.query('select 1'), pool.query('select 1 / 0')]))),
    );
    expect(span?.name).toBe('BATCH SELECT');
    expect(span?.attributes).toMatchObject({
      'error.type': '22012',
      'db.operation.batch.size': 2,
      'db.query.text': 'select ?; select ? / ?',
    });
  });

  test('of Tenantry gives the code of Tenantry, also when no server is there', async () => {
    const gone = database.pool({ connectionString: 'postgres://web@127.0.0.1:1/x' });
    const own = startTelemetry(gone, { tracerProvider });
    const [span] = await spansOf(() => inAcme(() => failure(gone.query('select 1'))));
    own.stop();
    expect(span?.attributes['error.type']).toBe('POOL_UNAVAILABLE');
    expect(span?.attributes).not.toHaveProperty('db.response.status_code');
  });

  test('keeps the frames of its caller', async () => {
    async function askerByName() {
      await pool.query('select 1 / 0');
    }
    expect((await failure(inAcme(askerByName))).stack).toContain('askerByName');
  });
});

describe('an entry', () => {
  test('is a span of its own, which has the tenant once it is verified', async () => {
    const claim = { by: 'slug', value: 'acme' };
    const spans = await spansOf(() =>
      pool.enter({ claim, user: ada }, () => pool.query('select 1')),
    );
    expect(names(spans)).toEqual(['ENTER', 'SELECT']);
    for (const { attributes } of spans) expect(attributes['tenantry.tenant.id']).toBe(acme);
    const [lazy, ...more] = await spansOf(() =>
      pool.enter({ claim, user: ada, verify: 'with-first-statement' }, () =>
        pool.query('select 1'),
      ),
    );
    expect([lazy?.name, lazy?.attributes['tenantry.tenant.id'], more]).toEqual([
      'SELECT',
      acme,
      [],
    ]);
  });

  test('of a stranger is TENANT_NOT_FOUND, and names no tenant', async () => {
    const claim = { by: 'slug', value: 'globex' };
    const [span] = await spansOf(() =>
      failure(pool.enter({ claim, user: ada }, () => pool.query('select 1'))),
    );
    expect(span?.attributes['error.type']).toBe('TENANT_NOT_FOUND');
    expect(span?.attributes).not.toHaveProperty('tenantry.tenant.id');
    expect(JSON.stringify(span?.attributes)).not.toContain('globex');
  });
});

test('a cursor is a span from its first to its last row', async () => {
  const spans = await spansOf(() =>
    inAcme(async () => {
      const cursor = pool.query(new Cursor('select name from projects order by name'));
      await cursor.read(1);
      expect(exporter.getFinishedSpans()).toEqual([]);
      await cursor.read(10);
      await cursor.close();
    }),
  );
  expect(names(spans)).toEqual(['SELECT projects', 'COMMIT']);
  expect(spans[0]?.attributes).toMatchObject({
    'db.operation.name': 'SELECT',
    'db.query.text': 'select name from projects order by name',
    'tenantry.tenant.id': acme,
  });
});

test('another pool makes no spans, and none after the stop', async () => {
  const other = database.pool({ max: 1 });
  expect(await spansOf(() => inAcme(() => other.query('select 1')))).toEqual([]);
  const own = startTelemetry(other, { tracerProvider });
  const running = inAcme(async () => {
    const slow = other.query('select pg_sleep(0.05)');
    own.stop();
    await slow;
    await other.query('select 1');
  });
  expect(names(await spansOf(() => running))).toEqual(['SELECT']);
});

test('the global provider is used, also one that is registered later', async () => {
  const other = database.pool({ max: 1 });
  const own = startTelemetry(other);
  trace.setGlobalTracerProvider(tracerProvider);
  expect(names(await spansOf(() => inAcme(() => other.query('select 1'))))).toEqual(['SELECT']);
  own.stop();
});
