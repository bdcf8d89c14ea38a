/** What a step found in rows, and cannot decide. */
export interface AdoptFinding {
  readonly code:
    | 'ADOPT_OWNER_WITHOUT_TENANT'
    | 'ADOPT_OWNER_IN_SEVERAL'
    | 'ADOPT_PARENT_WITHOUT_TENANT'
    | 'ADOPT_ROW_WITHOUT_SOURCE'
    | 'ADOPT_TENANT_UNKNOWN'
    | 'ADOPT_REFERENCE_CROSSES'
    | 'ADOPT_KEY_TOO_LONG';
  readonly table: string;
  /** How many rows. */
  readonly rows: number;
  /** The keys of the first of them: `{ id: 7 }`; `{ ctid: '(0,1)' }` without a primary key. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly found: string;
  readonly fix: string;
}

/** How many keys a finding names. */
export const mostKeys = 20;
