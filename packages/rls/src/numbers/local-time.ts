import { type Ddl, ddl, literal } from '@tenantry/core/sql';

/** A time as local time; a date, and a time without a zone, are that already. */
export const localSql = (value: Ddl, type: string, timeZone: string | undefined): Ddl =>
  isZoned(type) && timeZone !== undefined
    ? ddl`(${value} at time zone ${literal(timeZone)})`
    : value;

export const isZoned = (type: string): boolean =>
  /^timestamptz|^timestamp.* with time zone/.test(type);

/** Whether a type says a year: a date or a time. */
export const isTime = (type: string): boolean => /^(date|timestamp)/.test(type);
