/** Where the rows of another time are read. */
export type RewindSource =
  /** A moment, in ISO 8601 with its zone; the audit log has what was since. */
  | { readonly to: string }
  /** The folder of an export. */
  | { readonly from: string };
