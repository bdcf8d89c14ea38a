/** The kinds of objects that a statement can create. */
export type ObjectKind =
  | 'role'
  | 'schema'
  | 'type'
  | 'table'
  | 'view'
  | 'sequence'
  | 'function'
  | 'trigger'
  | 'trigger mode'
  | 'policy'
  | 'row security'
  | 'column'
  | 'constraint'
  | 'foreign key'
  | 'index'
  | 'default'
  | 'grant'
  | 'owner'
  | 'comment';

/** The identity of an object in a database. */
export interface ObjectId {
  readonly kind: ObjectKind;
  /** Of a grant, an owner or a comment: what kind of object has it. */
  readonly of?: ObjectKind;
  readonly schema: string;
  /** The table, view or function that it depends on: `projects`, `can(text)`; empty when there is none. */
  readonly relation: string;
  /** Its own name: `projects_tenant_floor`, `can(text)`; the role of a grant, the column of a default. */
  readonly name: string;
}

/** An object as a statement makes it. */
export interface MadeObject extends ObjectId {
  /** The statement without its layout; for a grant its privileges in alphabetical order. */
  readonly text: string;
  /** The hash of the text: 16 hexadecimal digits. */
  readonly hash: string;
  /** Every name in the statement, including the tables, columns, functions and roles that it depends on. */
  readonly mentions: readonly string[];
}

/** An object of the SQL that `generate` writes. */
export interface GeneratedObject extends MadeObject {
  /** The section whose statement creates it: `table:public.projects`. */
  readonly section: string;
  /** The statement as written in a migration; for a block the whole block. */
  readonly statement: string;
  /** The statement that drops it; undefined for objects that hold rows, and for roles. */
  readonly drop: string | undefined;
}

/** What a statement does to an object. */
export type Change =
  /** @param keeps it does nothing when the object already exists */
  | { readonly does: 'make'; readonly object: MadeObject; readonly keeps?: boolean }
  | { readonly does: 'alter'; readonly id: ObjectId; readonly text: string }
  | { readonly does: 'drop'; readonly id: ObjectId; readonly cascade: boolean }
  | { readonly does: 'rename'; readonly id: ObjectId; readonly to: string }
  | { readonly does: 'move'; readonly id: ObjectId; readonly to: string }
  | { readonly does: 'grant'; readonly id: ObjectId; readonly privileges: readonly string[] }
  /** @param privileges an empty list means all */
  | { readonly does: 'revoke'; readonly id: ObjectId; readonly privileges: readonly string[] }
  /** A column got another type, or another default. */
  | { readonly does: 'retype'; readonly id: ObjectId }
  /** It changes rows or settings, but no object. */
  | { readonly does: 'run' };

/** A unique key for each object. */
export const keyOf = ({ kind, of = kind, schema, relation, name }: ObjectId): string =>
  JSON.stringify([kind, of, schema, relation, name]);
