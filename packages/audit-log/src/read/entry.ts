import type { IdKind, Tenancy, TenantKey, TenantProperty } from '@tenantry/core';
import { tenantKey } from '@tenantry/core/sql';
import type { EntryRow } from './columns.ts';
import { parseExact } from './exact-json.ts';

/** The actor of an entry. */
export interface AuditActor {
  /** `user`, `system`, `login` for SQL outside the pool, or `anonymous`. */
  readonly type: 'user' | 'system' | 'login' | 'anonymous';
  /** The user, the system actor or the login; null for nobody, and after an erasure. */
  readonly id: string | null;
  /** The user on whose behalf it was done. */
  readonly onBehalfOf: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

/**
 * An entry of the log: `AuditEntry<'organizationId'>`. Without a type parameter it is an entry of any
 * tenancy, without its tenant.
 */
export type AuditEntry<P extends string = never> = TenantKey<P> & {
  readonly id: string;
  /** In UTC, with microseconds: `2026-05-18T09:30:00.123456Z`. */
  readonly createdAt: string;
  /** `entry` for entries of the application, `capture` for entries of a trigger. */
  readonly source: 'entry' | 'capture';
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string | null };
  /** Numbers that JavaScript cannot represent are texts: `'9007199254740993'`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly actor: AuditActor;
  readonly reason: string | null;
  /** The same for all entries of one transaction. */
  readonly transactionId: string;
  /** The erased fields: `actor` with the address, `onBehalfOf`, `personal`. */
  readonly erased: readonly string[];
};

/** A row as an application reads it. */
export const toEntry =
  <T extends string, K extends IdKind>(tenancy: Tenancy<T, K>) =>
  (row: EntryRow): AuditEntry<TenantProperty<T, K>> => ({
    ...tenantKey(tenancy, row.tenant),
    id: row.id,
    createdAt: row.createdAt,
    source: row.source as AuditEntry['source'],
    action: row.action,
    resource: { type: row.resourceType, id: row.resourceId },
    metadata: merged(read(row.metadata), read(row.personal)),
    actor: {
      type: row.actorType as AuditActor['type'],
      id: row.actorId,
      onBehalfOf: row.onBehalfOf,
      ip: row.ip,
      requestId: row.requestId,
    },
    reason: row.reason,
    transactionId: row.transactionId,
    erased: Object.keys(objectOr(read(row.erased).commitments)),
  });

type Json = Record<string, unknown>;

/** A value that is not an object was not written by the log and is ignored. */
const read = (text: string | null): Json => objectOr(text === null ? null : parseExact(text));
const objectOr = (value: unknown): Json => (isObject(value) ? value : {});

/** Merges metadata and its personal part; for captured rows both have `old` and `new`. */
function merged(metadata: Json, personal: Json): Json {
  const both = Object.entries(personal).map(([key, value]): [string, unknown] => {
    const other = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return [key, isObject(other) && isObject(value) ? { ...other, ...value } : value];
  });
  // from entries: assigning `__proto__` would not create a key
  return Object.fromEntries([...Object.entries(metadata), ...both]);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
