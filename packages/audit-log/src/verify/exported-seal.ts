import { microseconds, sha256 } from './content-hash.ts';
import { quote } from './json-text.ts';

/** A seal: the Merkle root over entries of a tenant and a month, for a range of transactions. */
export interface ExportedSeal {
  readonly tenant: string;
  /** 1, 2, 3 … within the tenant. */
  readonly number: number;
  /** `2026-05`, in UTC. */
  readonly month: string;
  /** The first covered transaction id, and the first one after the range. */
  readonly fromXid: number;
  readonly toXid: number;
  /** The next transaction id when it was made; entries with it or a larger one were written later. */
  readonly nextXid: number;
  readonly entries: number;
  /** Hexadecimal, as the two that follow. */
  readonly root: string;
  readonly previous: string | null;
  readonly hash: string;
  readonly sealedAt: string;
  /** Whether its entries were deleted by retention. */
  readonly retired: boolean;
  /** base64: 16 bytes of id and 32 of content hash for each entry, in tree order. */
  readonly leaves?: string;
}

const prefix = Buffer.from([2]);

/** The hash of a seal, which is `previous` in the next seal of the tenant. */
export function sealHash(seal: Omit<ExportedSeal, 'hash' | 'retired' | 'leaves'>): string {
  const parts = [
    1,
    quote(seal.tenant),
    seal.number,
    quote(seal.month),
    seal.fromXid,
    seal.toXid,
    seal.nextXid,
    seal.entries,
    quote(seal.root),
    seal.previous === null ? 'null' : quote(seal.previous),
    microseconds(seal.sealedAt),
  ];
  return sha256(prefix, `[${parts.join(', ')}]`).toString('hex');
}

/** A leaf of a seal. */
export interface Leaf {
  readonly id: string;
  readonly contentHash: Buffer;
}

const idBytes = 16;
export const hashBytes = 32;
const leafBytes = idBytes + hashBytes;

/** Reads `leaves` of a seal. */
export function readLeaves(base64: string): Leaf[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(bytes.length / leafBytes) }, (_, i) => ({
    id: bytes
      .toString('hex', i * leafBytes, i * leafBytes + idBytes)
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    contentHash: bytes.subarray(i * leafBytes + idBytes, (i + 1) * leafBytes),
  }));
}

/** Writes `leaves` of a seal from concatenated ids and hashes. */
export function writeLeaves(ids: Buffer, hashes: Buffer): string {
  const count = ids.length / idBytes;
  const leaves = Buffer.alloc(count * leafBytes);
  for (let i = 0; i < count; i++) {
    ids.copy(leaves, i * leafBytes, i * idBytes, (i + 1) * idBytes);
    hashes.copy(leaves, i * leafBytes + idBytes, i * hashBytes, (i + 1) * hashBytes);
  }
  return leaves.toString('base64');
}
