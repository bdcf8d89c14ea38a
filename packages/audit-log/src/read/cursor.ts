import { TenantryError } from '@tenantry/core';
import { isMoment } from './parameters.ts';

/** The position of the last entry of a page. */
export interface Place {
  readonly createdAt: string;
  readonly id: string;
}

const form =
  /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Real cursors have at most 60 bytes. */
const longest = 200;

/** A cursor has a fixed maximum length, independent of the content of entries. */
export const writeCursor = ({ createdAt, id }: Place): string =>
  Buffer.from(`${createdAt}|${id}`).toString('base64url');

/** @throws TenantryError `AUDIT_CURSOR_INVALID` */
export function readCursor(cursor: unknown): Place {
  if (typeof cursor === 'string' && cursor.length <= longest) {
    const [, createdAt, id] = form.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (createdAt !== undefined && id !== undefined && isMoment(createdAt))
      return { createdAt, id };
  }
  throw new TenantryError('AUDIT_CURSOR_INVALID');
}
