/** An object of a table. */
export interface TableObject {
  readonly step: number;
  readonly kind: string;
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  /** The statement that makes it. */
  readonly make: string;
  /** The statement that takes it away; null where rows would go with it, or where it is a state. */
  readonly undo: string | null;
}

/** What a query of the catalogue needs. */
export type Asking = (text: string, values: unknown[]) => Promise<{ readonly rows: unknown[] }>;
