import { TenantryError } from '../errors/index.ts';

/** How ids are stored: as `uuid`, or as `text` (nanoid, cuid, prefixed ids such as `org_2x…`). */
export type IdKind = 'uuid' | 'text';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const text = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * Checks a tenant id and returns it in the spelling that PostgreSQL returns (uuids in lower case).
 *
 * `text` ids are 1 to 64 ASCII letters, digits, `_` and `-`, so look-alike characters, spaces, NUL bytes
 * and over-long values never reach the database. Ids are case-sensitive: `Org_1` and `org_1` are two
 * tenants.
 *
 * @throws TenantryError `TENANT_ID_MALFORMED`
 */
export function parseId(kind: IdKind, value: unknown): string {
  if (typeof value === 'string' && (kind === 'uuid' ? uuid : text).test(value)) {
    return kind === 'uuid' ? value.toLowerCase() : value;
  }
  throw new TenantryError('TENANT_ID_MALFORMED', {
    found: typeof value === 'string' ? `a string of ${value.length} characters` : typeof value,
    fix:
      kind === 'uuid'
        ? 'Pass a uuid such as 018f4d7e-0000-7000-8000-000000000000.'
        : 'Pass 1 to 64 letters, digits, _ or -, starting with a letter or digit.',
  });
}
