/** A difference between a definition in code and its rows in the database. */
export interface Drift {
  /** The feature: `rbac`. */
  readonly feature: string;
  /** The kind of row: `role`, `plan feature`. */
  readonly what: string;
  /** The row, by its key: `editor`, `pro projects`. */
  readonly key: string;
  /** `missing` in the database, `changed` there, or `unknown` to the code. */
  readonly kind: 'missing' | 'changed' | 'unknown';
  /** The difference in one sentence. */
  readonly found: string;
}
