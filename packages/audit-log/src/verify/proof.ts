import { contentHash } from './content-hash.ts';
import type { ExportedEntry } from './exported-entry.ts';
import { type ExportedSeal, sealHash } from './exported-seal.ts';
import { rootFromPath } from './merkle.ts';
import type { SealAnchor } from './report.ts';

/** An inclusion proof: it shows without a database that an entry was in the log. */
export interface InclusionProof {
  readonly format: 'tenantry-audit-proof/1';
  readonly entry: ExportedEntry;
  /** Its index in the tree of the seal, from 0. */
  readonly index: number;
  /** The nodes from the entry to the root, hexadecimal. */
  readonly path: readonly string[];
  readonly seal: Omit<ExportedSeal, 'leaves' | 'retired'>;
}

/** The result of verifying a proof. */
export interface ProofVerdict {
  readonly ok: boolean;
  /** The problem in words, when it is invalid. */
  readonly found?: string;
}

/**
 * Verifies an inclusion proof. Without `anchors` it shows that the entry belongs to the named seal; with
 * `anchors`, from an export or a report, also that this seal is in the chain of the log.
 *
 * @example
 * ```ts
 * const verdict = verifyProof(JSON.parse(await readFile('proof.json', 'utf8')), { anchors });
 * ```
 */
export function verifyProof(
  proof: InclusionProof,
  { anchors = [] }: { readonly anchors?: readonly SealAnchor[] } = {},
): ProofVerdict {
  const { entry, index, path, seal } = proof;
  const no = (found: string): ProofVerdict => ({ ok: false, found });
  let computed: string;
  try {
    computed = contentHash(entry);
  } catch {
    return no('the entry cannot be read');
  }
  if (computed !== entry.contentHash) return no('the content of the entry is not what was hashed');
  if (entry.tenant !== seal.tenant) return no('the seal is of another tenant');
  const nodes = path.map((node) => Buffer.from(node, 'hex'));
  const root = rootFromPath(Buffer.from(computed, 'hex'), index, seal.entries, nodes);
  if (root?.toString('hex') !== seal.root)
    return no('the path does not lead to the root of the seal');
  if (sealHash(seal) !== seal.hash) return no('the seal is not what was hashed');
  const anchor = anchors.find((each) => each.tenant === seal.tenant && each.number === seal.number);
  if (anchors.length > 0 && anchor === undefined) return no('the seal is not among the anchors');
  if (anchor !== undefined && anchor.hash !== seal.hash)
    return no('another seal stands in its place');
  return { ok: true };
}
