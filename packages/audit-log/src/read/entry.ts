import type { EntryRow } from './columns.ts';
import { parseExact } from './exact-json.ts';

/** Who did it. */
export interface EntryActor {
  /** `user`, `system`, `login` for SQL from outside of the pool, or `anonymous`. */
  readonly type: 'user' | 'system' | 'login' | 'anonymous';
  /** The user, the system actor or the login; null for nobody, and after an erasure. */
  readonly id: string | null;
  /** The user in whose name it was done. */
  readonly onBehalfOf: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

/** An entry of the log. */
export interface AuditEntry {
  readonly tenant: string;
  readonly id: string;
  /** In UTC, with microseconds: `2026-05-18T09:30:00.123456Z`. */
  readonly createdAt: string;
  /** `entry` for what the application said, `capture` for what a trigger saw. */
  readonly source: 'entry' | 'capture';
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string | null };
  /** Numbers that JavaScript cannot hold are texts: `'9007199254740993'`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly actor: EntryActor;
  readonly reason: string | null;
  /** The same for everything that one transaction did. */
  readonly transactionId: string;
  /** What was erased of it: `actor` with the address, `onBehalfOf`, `personal`. */
  readonly erased: readonly string[];
}

/** A row as an application reads it. */
export function toEntry(row: EntryRow): AuditEntry {
  return {
    tenant: row.tenant,
    id: row.id,
    createdAt: row.at,
    source: row.source as AuditEntry['source'],
    action: row.action,
    resource: { type: row.resource_type, id: row.resource_id },
    metadata: merged(read(row.metadata), read(row.personal)),
    actor: {
      type: row.actor_type as EntryActor['type'],
      id: row.actor_id,
      onBehalfOf: row.on_behalf_of,
      ip: row.ip,
      requestId: row.request_id,
    },
    reason: row.reason,
    transactionId: row.xid,
    erased: Object.keys(objectOr(read(row.erased).commitments)),
  };
}

type Json = Record<string, unknown>;

/** What is no object was not written by the log, and says nothing. */
const read = (text: string | null): Json => objectOr(text === null ? null : parseExact(text));
const objectOr = (value: unknown): Json => (isObject(value) ? value : {});

/** Metadata and its personal part, which for captured rows has the same `old` and `new`. */
function merged(metadata: Json, personal: Json): Json {
  const both = Object.entries(personal).map(([key, value]): [string, unknown] => {
    const other = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return [key, isObject(other) && isObject(value) ? { ...other, ...value } : value];
  });
  // by entries: to assign `__proto__` would not make a key of it
  return Object.fromEntries([...Object.entries(metadata), ...both]);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
