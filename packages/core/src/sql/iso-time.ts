import { type Ddl, ddl } from './ddl.ts';

/**
 * A time as every call gives it: ISO 8601 in UTC with milliseconds, as `Date.toISOString` writes it; null
 * for a time that never comes.
 */
export const isoTime = (time: Ddl): Ddl =>
  ddl`case when isfinite(${time}) then to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end`;
