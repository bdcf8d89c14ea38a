import { contentHash } from './content-hash.ts';
import type { ExportedEntry } from './exported-entry.ts';
import type { ExportedSeal } from './exported-seal.ts';
import type { SealAnchor, VerifyFinding, VerifyReport } from './report.ts';
import { type LoadLeaves, type OpenSeal, openSeal } from './sealed-entries.ts';

/** Options of a verifier. */
export interface VerifyOptions {
  /** Known seals, from an earlier verification or a proof. Default: none. */
  readonly anchors?: readonly SealAnchor[];
  /** All transactions below this id are sealed. */
  readonly horizon?: number;
  /** Whether all entries of a month are among those that are verified. Default: all are. */
  readonly covers?: (month: string) => boolean;
  /** Whether entries are filtered by more than time, so that seals cannot be compared. */
  readonly filtered?: boolean;
}

interface TenantState {
  readonly seals: ExportedSeal[];
  /** Empty again when the tenant is closed. */
  readonly months: Map<string, OpenSeal[]>;
}

const mostFindings = 100;
/** How far two clocks of one server may differ, in milliseconds. */
const toleranceMs = 120_000;

/**
 * Verifies a log record by record: all seals first, then the entries of each tenant by time and id. It
 * keeps the seals in memory (without lists of entries that can be loaded again), and no entries.
 */
export function createVerifier(options: VerifyOptions = {}) {
  const { anchors = [], horizon = 0, covers = () => true, filtered = false } = options;
  const tenants = new Map<string, TenantState>();
  const findings: VerifyFinding[] = [];
  const counts = { entries: 0, sealed: 0, unsealed: 0, erased: 0, seals: 0, retired: 0 };
  let problems = 0;
  const report = (finding: VerifyFinding) => {
    problems++;
    if (findings.length < mostFindings) findings.push(finding);
  };
  const stateOf = (tenant: string): TenantState => {
    const known = tenants.get(tenant);
    if (known !== undefined) return known;
    const state: TenantState = { seals: [], months: new Map() };
    tenants.set(tenant, state);
    return state;
  };

  /** All entries of a tenant have been read: sealed entries that were not read are missing. */
  const close = async (tenant: string): Promise<void> => {
    const { months } = stateOf(tenant);
    for (const { seal, close: closeSeal } of [...months.values()].flat()) {
      if (!filtered && !seal.retired && covers(seal.month)) await closeSeal(report);
    }
    months.clear();
  };

  return {
    seal(seal: ExportedSeal, load?: LoadLeaves): void {
      const state = stateOf(seal.tenant);
      counts.seals++;
      if (seal.retired) counts.retired++;
      const open = openSeal(seal, state.seals.at(-1), anchors, report, load);
      state.seals.push(open.seal);
      const month = state.months.get(seal.month);
      if (month === undefined) state.months.set(seal.month, [open]);
      else month.push(open);
    },

    /** Must be awaited when it returns a promise. */
    entry(entry: ExportedEntry): Promise<void> | undefined {
      counts.entries++;
      if (entry.erased !== null) counts.erased++;
      const { tenant, id } = entry;
      const changed = hashOf(entry) !== entry.contentHash;
      if (changed) {
        report({ kind: 'changed', tenant, entry: id, found: 'its content is not what was hashed' });
      }
      if (filtered) return undefined;
      const { seals, months } = stateOf(tenant);
      const xid = Number(entry.transactionId);
      const month = entry.createdAt.slice(0, 7);
      const seal = find(months.get(month) ?? [], xid);
      const wrong = misplaced(entry, xid, seal?.seal, seals);
      if (wrong !== undefined && !changed)
        report({ kind: 'backdated', tenant, entry: id, found: wrong });
      if (seal === undefined) {
        counts.unsealed++;
        if (xid < Math.max(horizon, seals.at(-1)?.toXid ?? 0) && !changed) {
          report({
            kind: 'inserted',
            tenant,
            entry: id,
            found: 'no seal knows it, and its transaction is sealed',
          });
        }
        return undefined;
      }
      counts.sealed++;
      const add = () => seal.add(entry, changed, report);
      const opening = seal.open(report);
      if (opening !== undefined) return opening.then(add);
      add();
      return undefined;
    },

    close,

    async finish(): Promise<VerifyReport> {
      for (const tenant of tenants.keys()) await close(tenant);
      for (const anchor of anchors) {
        const { seals } = stateOf(anchor.tenant);
        if (seals.some(({ number }) => number === anchor.number)) continue;
        report({
          kind: 'seal-missing',
          tenant: anchor.tenant,
          seal: anchor.number,
          found: 'a seal that was known before is gone',
        });
      }
      return {
        ok: problems === 0,
        ...counts,
        findings,
        problems,
        anchors: [...tenants].flatMap(([tenant, { seals }]) => {
          const last = seals.at(-1);
          return last === undefined ? [] : [{ tenant, number: last.number, hash: last.hash }];
        }),
      };
    },
  };
}

function hashOf(entry: ExportedEntry): string {
  try {
    return contentHash(entry);
  } catch {
    return 'not readable';
  }
}

/** The seal of a month that covers a transaction; seals are in the order of transactions. */
function find(seals: readonly OpenSeal[], xid: number): OpenSeal | undefined {
  let low = 0;
  let high = seals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seals[middle] as OpenSeal).seal.toXid <= xid) low = middle + 1;
    else high = middle;
  }
  const found = seals[low];
  return found !== undefined && found.seal.fromXid <= xid ? found : undefined;
}

/** Why the time of an entry cannot be right. Adopted entries (transaction 0) are not checked. */
function misplaced(
  entry: ExportedEntry,
  xid: number,
  own: ExportedSeal | undefined,
  seals: readonly ExportedSeal[],
): string | undefined {
  if (xid === 0) return undefined;
  const at = Date.parse(entry.createdAt);
  if (own !== undefined && at > Date.parse(own.sealedAt) + toleranceMs) {
    return 'it is younger than its seal';
  }
  const before = own === undefined ? seals.length - 1 : own.number - 2;
  for (let i = before; i >= 0; i--) {
    const seal = seals[i] as ExportedSeal;
    if (seal.nextXid > xid) continue;
    return at < Date.parse(seal.sealedAt) - toleranceMs
      ? 'it is older than a seal that was made before its transaction began'
      : undefined;
  }
  return undefined;
}
