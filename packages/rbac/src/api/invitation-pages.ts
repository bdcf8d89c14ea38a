import type { Tenancy } from '@tenantry/core';
import { type Queryable, statement } from '@tenantry/core/sql';
import { callFor } from '../calls.ts';
import { pageSize, readCursor, writeCursor } from './cursor.ts';
import type { InvitationPage, InvitationQuery } from './invitation.ts';
import { tenantOf } from './tenant.ts';

const place = /^(\d{1,12}(?:\.\d{1,6})?)\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Reads a page by the key (tenant, created_at, id): every page costs the same. */
export async function invitationPage<I extends string>(
  db: Queryable,
  tenancy: Tenancy,
  { limit = 50, after, ...of }: InvitationQuery<I>,
): Promise<InvitationPage> {
  const size = pageSize(limit);
  const [at = null, id = null] = readCursor(after, place, 'invitations');
  const found = await callFor(
    db,
    tenancy,
    tenantOf(tenancy, of),
    'rbac_invitations',
    statement`to_timestamp(${at}::float8)`,
    id,
    size + 1,
  );
  const page = found.slice(0, size);
  const last = page.at(-1);
  return Object.freeze({
    items: page.map(({ madeAt: _, ...shown }) => shown),
    next: found.length > size && last !== undefined ? writeCursor(last.madeAt, last.id) : null,
  });
}
