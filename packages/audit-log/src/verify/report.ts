/** A problem that a verification found, with its entry or seal. */
export interface VerifyFinding {
  readonly kind: /** The content of an entry differs from its hash or seal. */
    | 'changed'
    /** A sealed entry is missing. */
    | 'missing'
    /** An entry among sealed ones that was not sealed with them. */
    | 'inserted'
    /** The time of an entry does not fit the order of transactions. */
    | 'backdated'
    /** A seal does not match its hash or its predecessor. */
    | 'seal-changed'
    /** A known seal is missing. */
    | 'seal-missing'
    /** An entry is not in the commit chain. */
    | 'unlinked'
    /** A link of that chain does not match its predecessor. */
    | 'link-changed'
    /** The export ends too early. */
    | 'truncated';
  readonly tenant: string;
  /** The id of the entry. */
  readonly entry?: string;
  /** The number of the seal. */
  readonly seal?: number;
  /** In words. */
  readonly found: string;
}

/** The last seal of a tenant. Stored elsewhere, it reveals any rewriting of the log. */
export interface SealAnchor {
  readonly tenant: string;
  readonly number: number;
  readonly hash: string;
}

/** The result of a verification. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly entries: number;
  /** The number of sealed entries; the others are younger than the last seal. */
  readonly sealed: number;
  readonly unsealed: number;
  /** The number of entries with erased personal fields. */
  readonly erased: number;
  readonly seals: number;
  /** The number of seals whose entries were deleted by retention. */
  readonly retired: number;
  /** The first hundred, in the order of the log. */
  readonly findings: readonly VerifyFinding[];
  /** The total number of problems. */
  readonly problems: number;
  /** The last seal of each tenant. */
  readonly anchors: readonly SealAnchor[];
}
