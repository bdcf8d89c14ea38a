import { TenantryError } from '@tenantry/core';
import { isStorableText } from '@tenantry/core/sql';

/**
 * Checks metadata for values that jsonb cannot store or JSON would change, and returns its text.
 * @param most the longest text, in bytes of UTF-8
 * @throws TenantryError `AUDIT_METADATA_INVALID`, `AUDIT_ENTRY_TOO_LARGE`
 */
export function metadataText(action: string, metadata: unknown, most: number): string {
  const wrong = unstorable(metadata, 'metadata', 0);
  if (wrong !== undefined) throw invalid(action, wrong);
  const text = JSON.stringify(metadata ?? {});
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return text;
  throw new TenantryError('AUDIT_ENTRY_TOO_LARGE', {
    found: `${bytes} bytes of metadata for ${action}, where ${most} are the most.`,
    details: { action, bytes, most },
  });
}

export const invalid = (action: string, found: string): TenantryError =>
  new TenantryError('AUDIT_METADATA_INVALID', {
    found: `${action}: ${found}`,
    details: { action },
  });

const deepest = 32;
const plain = new Set<unknown>([Object.prototype, null]);

/** The first part of a value that JSON or jsonb cannot represent; undefined when there is none. */
function unstorable(value: unknown, path: string, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return wrongText(value, path);
    case 'number':
      return Number.isFinite(value) ? undefined : `${path} is ${value}`;
    case 'boolean':
    case 'undefined':
      return undefined;
    case 'object':
      return value === null ? undefined : unstorableObject(value, path, depth);
    default:
      return `${path} is a ${typeof value}`;
  }
}

function unstorableObject(value: object, path: string, depth: number): string | undefined {
  if (depth > deepest) return `${path} is nested more than ${deepest} deep`;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? `${path} is an invalid date` : undefined;
  }
  if (!Array.isArray(value) && !plain.has(Object.getPrototypeOf(value))) {
    return `${path} is a ${value.constructor?.name ?? 'special object'}`;
  }
  for (const [key, inner] of Object.entries(value)) {
    const wrong =
      wrongText(key, `a key of ${path}`) ?? unstorable(inner, `${path}.${key}`, depth + 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function wrongText(text: string, path: string): string | undefined {
  if (text.includes('\0')) return `${path} contains a NUL character`;
  return isStorableText(text) ? undefined : `${path} contains half a character`;
}
