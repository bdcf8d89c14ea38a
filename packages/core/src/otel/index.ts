/**
 * Spans and metrics of a tenant pool, for OpenTelemetry. Needs `@opentelemetry/api`.
 *
 * @module
 */
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start.ts';
