import { TenantryError } from '@tenantry/core';
import { isMoment } from './parameters.ts';

/** Where a page ended: its last entry, by the order of pages. */
export interface Place {
  readonly at: string;
  readonly id: string;
}

const form =
  /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** The longest cursor that there is has 60 bytes. */
const longest = 200;

/** A place has a length of its own: what an entry holds has no part in it. */
export const writeCursor = ({ at, id }: Place): string =>
  Buffer.from(`${at}|${id}`).toString('base64url');

/** @throws TenantryError `AUDIT_CURSOR_INVALID` */
export function readCursor(cursor: unknown): Place {
  if (typeof cursor === 'string' && cursor.length <= longest) {
    const [, at, id] = form.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (at !== undefined && id !== undefined && isMoment(at)) return { at, id };
  }
  throw new TenantryError('AUDIT_CURSOR_INVALID');
}
