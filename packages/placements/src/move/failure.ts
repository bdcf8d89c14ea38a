import { TenantryError } from '@tenantry/core';
import type pg from 'pg';
import { isLost } from '../connect.ts';
import { refused } from './preflight.ts';

/** In which database an error arose, by what it is called in messages. */
const titles = new WeakMap<object, string>();

/** Remembers in which database an error arose. */
export const failedAt = (title: string) => (error: unknown) => {
  if (typeof error === 'object' && error !== null && !titles.has(error)) titles.set(error, title);
  throw error;
};

/** The error of a move, without the value of a row. */
export function inWords(error: unknown): unknown {
  if (TenantryError.is(error)) return error;
  const { code, message, constraint, table } = error as pg.DatabaseError;
  // what the pool sends goes to the shared database
  const title = titles.get(error as object) ?? 'the shared database';
  switch (code) {
    case '23505':
      return refused([`another row has what ${constraint} of ${table} allows once at the target`]);
    case '55P03':
      return new TenantryError('MOVE_BLOCKED', {
        found: `a transaction of the tenant that does not end (${message}).`,
        cause: error,
      });
    default:
      if (code === undefined && !isLost({ message })) return error;
      return new TenantryError('MOVE_INTERRUPTED', {
        found: `${title}: ${said(code, message)}.`,
        cause: error,
      });
  }
}

/** What PostgreSQL or the socket says, where that cannot quote a value: no disk, no connection, an end. */
const said = (code: string | undefined, message: string): string => {
  if (code === undefined) return message;
  return /^(08|53|54|57|58|XX|E[A-Z]{3,})/.test(code) ? `${message} (${code})` : `SQLSTATE ${code}`;
};
