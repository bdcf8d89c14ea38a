import { type Tenancy, TenantryError } from '@tenantry/core';
import { wholeNumber } from '@tenantry/core/errors';
import { type Queryable, statement } from '@tenantry/core/sql';
import { call } from '../calls.ts';
import type { InvitationPage, InvitationQuery, InvitationRow } from './invitation.ts';
import { tenantOf } from './tenant.ts';

const cursorForm = /^(\d{1,12}(?:\.\d{1,6})?)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Reads a page by the key (tenant, created_at, id): every page costs the same. */
export async function invitationPage<I extends string>(
  db: Queryable,
  tenancy: Tenancy,
  { limit = 50, after, ...of }: InvitationQuery<I>,
): Promise<InvitationPage> {
  wholeNumber(limit, { name: 'limit', least: 1, greatest: 500, code: 'VALUE_INVALID' });
  const [at, id] = after == null ? [null, null] : readCursor(after);
  const found = await call(
    db,
    'rbac_invitations',
    tenantOf(tenancy, of),
    statement`to_timestamp(${at}::float8)`,
    id,
    limit + 1,
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return Object.freeze({
    items: page.map(({ madeAt: _, ...shown }) => shown),
    next: found.length > limit && last !== undefined ? writeCursor(last) : null,
  });
}

const writeCursor = ({ madeAt, id }: InvitationRow): string =>
  Buffer.from(`${madeAt}|${id}`).toString('base64url');

function readCursor(cursor: string): [string, string] {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  const [, at, id] = cursorForm.exec(text) ?? [];
  if (at !== undefined && id !== undefined) return [at, id];
  throw new TenantryError('VALUE_INVALID', {
    found: 'a cursor that no page of invitations has given',
    fix: 'Pass `next` of the page before, or leave it out for the first page.',
  });
}
