/** An entry in an export, with everything that its content hash covers. */
export interface ExportedEntry {
  readonly tenant: string;
  readonly id: string;
  /** In UTC, with microseconds: `2026-05-18T09:30:00.123456Z`. */
  readonly createdAt: string;
  readonly source: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  /** JSON text, as the database prints it. */
  readonly metadata: string;
  /** JSON text of the metadata that can be erased. */
  readonly personal: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly onBehalfOf: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
  readonly reason: string | null;
  /** A 64-bit number as text. */
  readonly transactionId: string;
  /** Hexadecimal; null after an erasure. */
  readonly salt: string | null;
  /** Hexadecimal. */
  readonly contentHash: string;
  /**
   * The result of an erasure: commitments to erased fields, salts of kept ones. By field (`actor`,
   * `onBehalfOf`, `ip`, `personal`), hexadecimal.
   */
  readonly erased: {
    readonly commitments?: Readonly<Record<string, string>>;
    readonly salts?: Readonly<Record<string, string>>;
  } | null;
}
