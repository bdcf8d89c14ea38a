import { channel } from 'node:diagnostics_channel';
import {
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { check, checkOptions, typeName } from '../errors/index.ts';
import type { ObservedFlush } from '../pool/observe.ts';
import type { TenantPool } from '../pool/tenant-pool.ts';
import { type Named, ofError, ofServer, ofTenant, operationOf } from './attributes.ts';
import { type Operation, operationReader } from './operation.ts';
import { durationOf, observeConnections } from './pool-metrics.ts';

/** How a pool is traced and measured. */
export interface TelemetryOptions {
  /** Makes the spans. Default: the global one. */
  readonly tracerProvider?: TracerProvider;
  /** Measures. It must be registered before, because the global one cannot change. Default: the global one. */
  readonly meterProvider?: MeterProvider;
  /**
   * Whether spans carry the text of the statements, at most 4,000 characters. Texts and numbers in it are
   * replaced by `?`; parameters are never part of it. Default: true.
   */
  readonly queryText?: boolean;
}

/** The spans and metrics of a pool that are being made. */
export interface Telemetry {
  /** Ends them; spans that have begun still end. */
  stop(): void;
}

interface Begun {
  readonly span: Span;
  readonly at: number;
  readonly operation: Operation;
}

/** The attributes that all round trips of an operation have. */
interface OfOperation {
  readonly ofSpan: Named;
  readonly ofDuration: Named;
}

const scope = '@tenantry/core';
// by name: a copy of core in another format has the same channels
const flushStart = channel('tenantry:flush:start');
const flushEnd = channel('tenantry:flush:end');

/**
 * Makes a span for each round trip of a pool: a statement, a batch, the check of a claim, a cursor from
 * its first to its last row. It is a child of the span that is active where the statement is sent, such as
 * that of the request. Attributes are those of the stable conventions for database clients
 * (`db.system.name`, `db.operation.name`, `db.query.summary`, …), and `tenantry.tenant.id`,
 * `tenantry.tenancy`, `tenantry.scope.kind`, in system work `tenantry.system.reason` and
 * `tenantry.system.actor`. A failure gives its code; messages of PostgreSQL quote values and stay out.
 *
 * Measures `db.client.operation.duration`, `db.client.connection.count` and
 * `db.client.connection.pending_requests`, without the tenant.
 *
 * @example
 * ```ts
 * import { startTelemetry } from '@tenantry/core/otel';
 *
 * const telemetry = startTelemetry(pool);   // after the SDK has started
 * ```
 */
export function startTelemetry(pool: TenantPool, options: TelemetryOptions = {}): Telemetry {
  check(
    typeof pool?.options === 'object',
    `pool of startTelemetry of type ${typeName(pool)}`,
    'Pass what createTenantPool returns.',
  );
  checkOptions('startTelemetry', options, {
    tracerProvider: 'object?',
    meterProvider: 'object?',
    queryText: 'boolean?',
  });
  const { tracerProvider = trace, queryText = true } = options;
  const tracer = tracerProvider.getTracer(scope);
  const meter = (options.meterProvider ?? metrics).getMeter(scope);
  const server = ofServer(pool.options);
  const duration = durationOf(meter);
  const forget = observeConnections(meter, pool, server);
  const read = operationReader(queryText);
  const begun = new Map<ObservedFlush, Begun>();
  const attributes = new WeakMap<Operation, OfOperation>();
  /** Texts repeat, and so do their attributes. */
  const ofOperation = (operation: Operation): OfOperation => {
    let found = attributes.get(operation);
    if (found === undefined) {
      const { name, summary } = operation;
      found = {
        ofSpan: { ...server, ...operationOf(operation) },
        ofDuration: { ...server, 'db.operation.name': name, 'db.query.summary': summary },
      };
      attributes.set(operation, found);
    }
    return found;
  };
  let stopped = false;

  const starts = (message: unknown) => {
    const flush = message as ObservedFlush;
    if (flush.pool !== pool) return;
    const operation = read(flush.statements);
    // the context alone: of a held client, whose statement follows
    if (operation === undefined && flush.scope.tenant !== null) return;
    const known = operation ?? entry;
    const span = tracer.startSpan(known.summary || 'postgresql', {
      kind: SpanKind.CLIENT,
      attributes: { ...ofOperation(known).ofSpan, ...ofTenant(pool.tenancy, flush.scope) },
    });
    begun.set(flush, { span, at: performance.now(), operation: known });
  };

  const ends = (message: unknown) => {
    const flush = message as ObservedFlush;
    const found = begun.get(flush);
    if (found === undefined) return;
    begun.delete(flush);
    if (stopped && begun.size === 0) flushEnd.unsubscribe(ends);
    const { span, at } = found;
    let { operation } = found;
    if (operation.name === '') {
      operation = read(flush.statements) ?? operation; // a cursor, which has its text by now
      span.updateName(operation.summary).setAttributes(operationOf(operation));
    }
    // the round trip may have verified the claim
    if (flush.scope.tenant !== null) span.setAttribute('tenantry.tenant.id', flush.scope.tenant);
    const { ofDuration } = ofOperation(operation);
    let failed: Named | undefined;
    if (flush.error !== undefined) {
      failed = ofError(flush.error);
      const code = String(failed['error.type']);
      span.setAttributes(failed).setStatus({ code: SpanStatusCode.ERROR, message: code });
    }
    span.end();
    const seconds = (performance.now() - at) / 1000;
    duration.record(seconds, failed === undefined ? ofDuration : { ...ofDuration, ...failed });
  };

  flushStart.subscribe(starts);
  flushEnd.subscribe(ends);
  return Object.freeze({
    stop() {
      stopped = true;
      flushStart.unsubscribe(starts);
      if (begun.size === 0) flushEnd.unsubscribe(ends);
      forget();
    },
  });
}

/** The check of a claim, without a statement. */
const entry: Operation = { name: 'ENTER', summary: 'ENTER', text: undefined, batch: undefined };
