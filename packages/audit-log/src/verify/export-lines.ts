import { TenantryError } from '@tenantry/core';
import type { ExportedEntry } from './exported-entry.ts';
import type { ExportedSeal } from './exported-seal.ts';
import { members } from './json-text.ts';

/** The first line of an export. */
export interface ExportHeader {
  readonly format: 'tenantry-audit/1';
  /** When the export was made. */
  readonly asOf: string;
  /** Transactions below this one are sealed. */
  readonly horizon: number;
  /** The exported time range, when it was limited. */
  readonly from: string | null;
  readonly to: string | null;
  /** Whether it contains only some entries of that time. */
  readonly filtered: boolean;
}

/** One line of an NDJSON export. */
export type ExportRecord =
  | { readonly type: 'header'; readonly header: ExportHeader }
  | { readonly type: 'seal'; readonly seal: ExportedSeal }
  | { readonly type: 'entry'; readonly entry: ExportedEntry }
  | { readonly type: 'end'; readonly entries: number }
  | { readonly type: 'error'; readonly code: string };

/** Reads a line. @throws TenantryError `AUDIT_EXPORT_MALFORMED` */
export function readLine(line: string, number: number): ExportRecord {
  try {
    const raw = members(line);
    const type = value(raw, 'type');
    if (type === 'entry') return { type, entry: readEntry(raw) };
    const { type: _, ...rest } = JSON.parse(line);
    if (type === 'seal' && isSeal(rest)) return { type, seal: rest };
    if (type === 'header' && isHeader(rest)) return { type, header: rest };
    if (type === 'end') return { type, entries: Number(rest.entries) };
    if (type === 'error') return { type, code: String(rest.code) };
  } catch (cause) {
    throw malformed(number, cause);
  }
  throw malformed(number, undefined);
}

const has = (of: Record<string, unknown>, type: string, ...keys: readonly string[]): boolean =>
  keys.every((key) => typeof of[key] === type);
const isTextOrNull = (value: unknown) => value === null || typeof value === 'string';

/** A file may have been edited, so each line is checked before it is used. */
const isSeal = (line: Record<string, unknown>): line is Record<string, unknown> & ExportedSeal =>
  has(line, 'string', 'tenant', 'month', 'root', 'hash', 'sealedAt') &&
  has(line, 'number', 'number', 'fromXid', 'toXid', 'nextXid', 'entries') &&
  isTextOrNull(line.previous) &&
  (line.leaves === undefined || typeof line.leaves === 'string');

const isHeader = (line: Record<string, unknown>): line is Record<string, unknown> & ExportHeader =>
  line.format === 'tenantry-audit/1' &&
  has(line, 'number', 'horizon') &&
  isTextOrNull(line.from) &&
  isTextOrNull(line.to);

const malformed = (line: number, cause: unknown) =>
  new TenantryError('AUDIT_EXPORT_MALFORMED', {
    found: `line ${line} is no record of an export.`,
    cause,
  });

const value = (raw: ReadonlyMap<string, string>, key: string): unknown => {
  const text = raw.get(key);
  return text === undefined ? null : JSON.parse(text);
};

const needed = ['tenant', 'id', 'createdAt', 'contentHash', 'transactionId'];

function readEntry(raw: ReadonlyMap<string, string>): ExportedEntry {
  const text = (key: string) => value(raw, key) as string;
  for (const key of needed) {
    if (typeof text(key) !== 'string') throw new SyntaxError(`no ${key}`);
  }
  const json = (key: string) => (raw.get(key) === 'null' ? null : (raw.get(key) ?? null));
  return {
    tenant: text('tenant'),
    id: text('id'),
    createdAt: text('createdAt'),
    source: text('source'),
    action: text('action'),
    resourceType: text('resourceType'),
    resourceId: text('resourceId'),
    metadata: json('metadata') ?? 'null',
    personal: json('personal'),
    actorType: text('actorType'),
    actorId: text('actorId'),
    onBehalfOf: text('onBehalfOf'),
    ip: text('ip'),
    requestId: text('requestId'),
    reason: text('reason'),
    transactionId: text('transactionId'),
    salt: text('salt'),
    contentHash: text('contentHash'),
    erased: value(raw, 'erased') as ExportedEntry['erased'],
  };
}
