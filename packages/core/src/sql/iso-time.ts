import { type Ddl, ddl } from './ddl.ts';

/**
 * A time in the form of all results: ISO 8601 in UTC with milliseconds, as `Date.toISOString` writes it;
 * null for infinity.
 */
export const isoTime = (time: Ddl): Ddl =>
  ddl`case when isfinite(${time}) then to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end`;
