/** What is wrong with a log. */
export type FindingKind =
  /** An entry does not have the content that was hashed or sealed. */
  | 'changed'
  /** A sealed entry is gone. */
  | 'missing'
  /** An entry stands among sealed ones and was not sealed with them. */
  | 'inserted'
  /** The time of an entry does not fit the order of transactions. */
  | 'backdated'
  /** A seal does not have its hash, or does not follow from the one before it. */
  | 'seal-changed'
  /** A seal that was known before is gone. */
  | 'seal-missing'
  /** An entry is not in the chain that is made at commit. */
  | 'unlinked'
  /** A link of that chain does not follow from the one before it. */
  | 'link-changed'
  /** The export ends too early. */
  | 'truncated';

/** One finding, with the entry or the seal that it is about. */
export interface Finding {
  readonly kind: FindingKind;
  readonly tenant: string;
  /** The id of the entry. */
  readonly entry?: string;
  /** The number of the seal. */
  readonly seal?: number;
  /** In words. */
  readonly found: string;
}

/** The last seal of a tenant: keep it elsewhere, and no rewriting of the log goes unnoticed. */
export interface Anchor {
  readonly tenant: string;
  readonly number: number;
  readonly hash: string;
}

/** What a verification gives. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly entries: number;
  /** Entries that a seal covers; the others are younger than the last seal. */
  readonly sealed: number;
  readonly unsealed: number;
  /** Entries of which personal fields were erased. */
  readonly erased: number;
  readonly seals: number;
  /** Seals whose entries are gone by retention. */
  readonly retired: number;
  /** The first hundred, in the order of the log. */
  readonly findings: readonly Finding[];
  /** How many there are in all. */
  readonly problems: number;
  /** The last seal of each tenant. */
  readonly anchors: readonly Anchor[];
}
