import { type Tenancy, TenantryError } from '@tenantry/core';
import { ddl, type Queryable, statement } from '@tenantry/core/sql';
import { answerOf, tenantOf } from './call.ts';
import type { InvitationPage, InvitationQuery, ListedInvitation } from './invitation.ts';

/** The cursor of the next page, in seconds with microseconds, which `createdAt` does not show. */
interface Row extends ListedInvitation {
  readonly madeAt: number;
}

const most = 500;
const cursorForm = /^(\d{1,12}(?:\.\d{1,6})?)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Reads a page by the key (tenant, created_at, id): every page costs the same. */
export async function invitationPage(
  db: Queryable,
  tenancy: Tenancy,
  { tenant, limit = 50, after }: InvitationQuery,
): Promise<InvitationPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw new TenantryError('VALUE_INVALID', {
      found: `a page of ${String(limit)} invitations`,
      fix: `Pass limit as a whole number from 1 to ${most}.`,
    });
  }
  const [at, id] = after == null ? [null, null] : readCursor(after);
  const cast = tenancy.id === 'uuid' ? ddl`::uuid` : ddl``;
  const found = await answerOf<Row[]>(
    db,
    statement`select tenantry.rbac_invitations(${tenantOf(tenancy, tenant)}${cast}, to_timestamp(${at}::float8), ${id}::uuid, ${limit + 1}::int) as value`,
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return Object.freeze({
    items: page.map(({ madeAt: _, ...shown }) => shown),
    next: found.length > limit && last !== undefined ? writeCursor(last) : null,
  });
}

const writeCursor = ({ madeAt, id }: Row): string =>
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
