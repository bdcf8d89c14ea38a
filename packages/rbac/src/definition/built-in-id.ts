import { createHash } from 'node:crypto';
import { type Ddl, ddl, literal } from '@tenantry/core/sql';

const space = 'tenantry:rbac:role:';

/**
 * The id of a built-in role, the same in every database: the first 128 bits of the SHA-256 of
 * `tenantry:rbac:role:<key>`, in the form of a UUID of version 8 (RFC 9562). `tenantry.rbac_built_in_role_id`
 * computes the same.
 */
export function builtInRoleId(key: string): string {
  const hash = createHash('sha256').update(`${space}${key}`).digest('hex');
  const piece = (from: number, to: number) => hash.slice(from, to);
  return `${piece(0, 8)}-${piece(8, 12)}-8${piece(13, 16)}-a${piece(17, 20)}-${piece(20, 32)}`;
}

/** The same in SQL, of a key. */
export const builtInRoleIdSql = (key: Ddl): Ddl => ddl`
  (select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-8' || substr(h, 14, 3) || '-a' || substr(h, 18, 3)
    || '-' || substr(h, 21, 12))::uuid
    from (select encode(sha256(convert_to(${literal(space)} || ${key}, 'UTF8')), 'hex') as h) hashed)`;

/**
 * Whether an id is that of a built-in role: version 8, which no role of a tenant may have. So one id
 * never means two roles.
 */
export const isBuiltIn = (id: string): string => `substr(${id}::text, 15, 1) = '8'`;
