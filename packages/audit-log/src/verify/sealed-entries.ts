import type { EntryRecord } from './entry-record.ts';
import { createTree, rootOf } from './merkle.ts';
import type { Anchor, Finding } from './report.ts';
import { type Leaf, readLeaves, type SealRecord, sealHash } from './seal-record.ts';

type ReportFinding = (finding: Finding) => void;

/** A seal, and how far its entries have been seen. */
export interface OpenSeal {
  readonly seal: SealRecord;
  add(entry: EntryRecord, changed: boolean, report: ReportFinding): void;
  close(report: ReportFinding): void;
}

/** Checks a seal against its hash, the one before it and what is known from elsewhere. */
export function openSeal(
  seal: SealRecord,
  before: SealRecord | undefined,
  anchors: readonly Anchor[],
  report: ReportFinding,
): OpenSeal {
  const { tenant, number } = seal;
  const wrong = (found: string) => report({ kind: 'seal-changed', tenant, seal: number, found });
  const anchor = anchors.find((each) => each.tenant === tenant && each.number === number);
  if (sealHash(seal) !== seal.hash) wrong('the seal is not what was hashed');
  else if (seal.number !== (before?.number ?? 0) + 1) wrong('a seal before it is gone');
  else if (seal.previous !== (before?.hash ?? null))
    wrong('it does not follow from the seal before it');
  else if (anchor !== undefined && anchor.hash !== seal.hash)
    wrong('it is not the seal that was known before');
  // the list of a seal counts as far as its root confirms it
  const listed = seal.leaves === undefined ? undefined : readLeaves(seal.leaves);
  const confirmed = listed !== undefined && hex(rootOf(hashes(listed))) === seal.root;
  if (listed !== undefined && !confirmed) wrong('its list of entries does not give its root');
  return confirmed ? byLeaves(seal, seal.leaves ?? '') : byRoot(seal);
}

const hex = (bytes: Buffer | undefined) => bytes?.toString('hex');
const hashes = (leaves: readonly Leaf[]) => leaves.map(({ contentHash }) => contentHash);

/** Compares entry by entry, so that it can name the one that is wrong. */
function byLeaves(seal: SealRecord, base64: string): OpenSeal {
  const { tenant, number } = seal;
  let at = 0;
  // read again when the first entry comes: a log has many seals, and few of them are open at a time
  let leaves: Leaf[] | undefined;
  const missing = (leaf: Leaf | undefined, report: ReportFinding) =>
    report({
      kind: 'missing',
      tenant,
      seal: number,
      ...(leaf && { entry: leaf.id }),
      found: 'it was sealed, and is gone',
    });
  return {
    seal,
    add(entry, changed, report) {
      leaves ??= readLeaves(base64);
      const here = leaves[at]?.id === entry.id;
      const place = here ? at : leaves.findIndex(({ id }, i) => i >= at && id === entry.id);
      if (place < 0) {
        if (!changed)
          report({
            kind: 'inserted',
            tenant,
            seal: number,
            entry: entry.id,
            found: 'it was not sealed at this place',
          });
        return;
      }
      for (const leaf of leaves.slice(at, place)) missing(leaf, report);
      if (hex(leaves[place]?.contentHash) !== entry.contentHash && !changed) {
        report({
          kind: 'changed',
          tenant,
          seal: number,
          entry: entry.id,
          found: 'its hash is not the one that was sealed',
        });
      }
      at = place + 1;
      if (at === leaves.length) leaves = [];
    },
    close(report) {
      if (at >= seal.entries) return;
      for (const leaf of (leaves ?? readLeaves(base64)).slice(at)) missing(leaf, report);
    },
  };
}

/** Compares all of them at once. */
function byRoot(seal: SealRecord): OpenSeal {
  const { tenant, number } = seal;
  const tree = createTree();
  let entries = 0;
  return {
    seal,
    add(entry) {
      entries++;
      tree.add(Buffer.from(entry.contentHash, 'hex'));
    },
    close(report) {
      if (hex(tree.root()) === seal.root) return;
      const found = `${entries} entries where ${seal.entries} were sealed, and another root`;
      report({ kind: entries < seal.entries ? 'missing' : 'changed', tenant, seal: number, found });
    },
  };
}
