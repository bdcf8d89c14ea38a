import type { ExportedEntry } from './exported-entry.ts';
import { type ExportedSeal, type Leaf, readLeaves, sealHash } from './exported-seal.ts';
import { createTree, rootOf } from './merkle.ts';
import type { SealAnchor, VerifyFinding } from './report.ts';

type ReportFinding = (finding: VerifyFinding) => void;

/** Loads the list of a seal's entries, as base64, on demand. */
export type LoadLeaves = () => Promise<string>;

/** A seal, and the entries of it that were seen so far. */
export interface OpenSeal {
  readonly seal: ExportedSeal;
  /** Must be called and awaited before the first entry; undefined when nothing must be awaited. */
  open(report: ReportFinding): Promise<void> | undefined;
  add(entry: ExportedEntry, changed: boolean, report: ReportFinding): void;
  close(report: ReportFinding): Promise<void> | undefined;
}

/** Checks a seal against its hash, its predecessor and known seals. */
export function openSeal(
  seal: ExportedSeal,
  before: ExportedSeal | undefined,
  anchors: readonly SealAnchor[],
  report: ReportFinding,
  load?: LoadLeaves,
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
  const { leaves, ...kept } = seal;
  // loaded when the first entry arrives: a log has many seals, and few are open at a time
  if (load !== undefined) return byLeaves(kept, load);
  if (leaves === undefined) return byRoot(kept);
  if (!confirms(kept, leaves)) {
    wrong(notItsList);
    return byRoot(kept);
  }
  const bytes = Buffer.from(leaves, 'base64');
  return byLeaves(kept, () => bytes.toString('base64'));
}

const notItsList = 'its list of entries does not give its root';
/** The list of a seal is only trusted when it gives the root. */
const confirms = (seal: ExportedSeal, leaves: string): boolean =>
  hex(rootOf(hashes(readLeaves(leaves)))) === seal.root;
const hex = (bytes: Buffer | undefined) => bytes?.toString('hex');
const hashes = (leaves: readonly Leaf[]) => leaves.map(({ contentHash }) => contentHash);

/** Compares entry by entry, so that it can name the wrong one. */
function byLeaves(seal: ExportedSeal, load: LoadLeaves | (() => string)): OpenSeal {
  const { tenant, number } = seal;
  let at = 0;
  let leaves: Leaf[] | undefined;
  // a loaded list that does not give the root is ignored
  let instead: OpenSeal | undefined;
  const open = (report: ReportFinding): Promise<void> | undefined => {
    if (leaves !== undefined || instead !== undefined) return undefined;
    const loaded = load();
    if (typeof loaded === 'string') {
      leaves = readLeaves(loaded);
      return undefined;
    }
    return loaded.then((list) => {
      if (confirms(seal, list)) {
        leaves = readLeaves(list);
        return;
      }
      report({ kind: 'seal-changed', tenant, seal: number, found: notItsList });
      instead = byRoot(seal);
    });
  };
  const missing = (leaf: Leaf, report: ReportFinding) =>
    report({
      kind: 'missing',
      tenant,
      seal: number,
      entry: leaf.id,
      found: 'it was sealed, and is gone',
    });
  return {
    seal,
    open,
    add(entry, changed, report) {
      if (instead !== undefined) {
        instead.add(entry, changed, report);
        return;
      }
      const list = leaves ?? [];
      const here = list[at]?.id === entry.id;
      const place = here ? at : list.findIndex(({ id }, i) => i >= at && id === entry.id);
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
      for (const leaf of list.slice(at, place)) missing(leaf, report);
      if (hex(list[place]?.contentHash) !== entry.contentHash && !changed) {
        report({
          kind: 'changed',
          tenant,
          seal: number,
          entry: entry.id,
          found: 'its hash is not the one that was sealed',
        });
      }
      at = place + 1;
      if (at === list.length) leaves = [];
    },
    close(report) {
      const rest = () => {
        if (instead !== undefined) return instead.close(report);
        for (const leaf of (leaves ?? []).slice(at)) missing(leaf, report);
        leaves = [];
        return undefined;
      };
      const waiting = at >= seal.entries ? undefined : open(report);
      if (waiting !== undefined) return waiting.then(rest);
      return at < seal.entries ? rest() : undefined;
    },
  };
}

/** Compares all of them at once. */
function byRoot(seal: ExportedSeal): OpenSeal {
  const { tenant, number } = seal;
  const tree = createTree();
  let entries = 0;
  return {
    seal,
    open: () => undefined,
    add(entry) {
      entries++;
      tree.add(Buffer.from(entry.contentHash, 'hex'));
    },
    close(report) {
      if (hex(tree.root()) === seal.root) return undefined;
      const found = `${entries} entries where ${seal.entries} were sealed, and another root`;
      report({ kind: entries < seal.entries ? 'missing' : 'changed', tenant, seal: number, found });
      return undefined;
    },
  };
}
