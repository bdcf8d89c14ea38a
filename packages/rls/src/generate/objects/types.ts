/** What a statement can make. */
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

/** What tells an object from every other one in a database. */
export interface ObjectId {
  readonly kind: ObjectKind;
  /** Of a grant, an owner or a comment: what kind of object has it. */
  readonly of?: ObjectKind;
  readonly schema: string;
  /** The table, view or function that it hangs on: `projects`, `can(text)`; empty where there is none. */
  readonly relation: string;
  /** Its own name: `projects_tenant_floor`, `can(text)`; the role of a grant, the column of a default. */
  readonly name: string;
}

/** An object as a statement makes it. */
export interface MadeObject extends ObjectId {
  /** The statement without its layout; of a grant its privileges in alphabetical order. */
  readonly text: string;
  /** Over the text: 16 hexadecimal digits. */
  readonly hash: string;
  /** Every name in the statement: of tables, columns, functions and roles that it hangs on among them. */
  readonly mentions: readonly string[];
}

/** An object of the SQL that `generate` writes. */
export interface GeneratedObject extends MadeObject {
  /** The section whose statement makes it: `table:public.projects`. */
  readonly section: string;
  /** The statement as it stands in a migration; of a block the whole block. */
  readonly statement: string;
  /** The statement that takes it away; undefined for what holds rows, and for roles. */
  readonly drop: string | undefined;
}

/** What a statement does to an object. */
export type Change =
  /** @param keeps it makes nothing where the object is there already */
  | { readonly does: 'make'; readonly object: MadeObject; readonly keeps?: boolean }
  | { readonly does: 'alter'; readonly id: ObjectId; readonly text: string }
  | { readonly does: 'drop'; readonly id: ObjectId; readonly cascade: boolean }
  | { readonly does: 'rename'; readonly id: ObjectId; readonly to: string }
  | { readonly does: 'move'; readonly id: ObjectId; readonly to: string }
  | { readonly does: 'grant'; readonly id: ObjectId; readonly privileges: readonly string[] }
  /** @param privileges none for all of them */
  | { readonly does: 'revoke'; readonly id: ObjectId; readonly privileges: readonly string[] }
  /** A column got another type, or another default. */
  | { readonly does: 'retype'; readonly id: ObjectId }
  /** It changes rows, settings or what others look at: nothing that stands by itself. */
  | { readonly does: 'run' };

/** One text for each object. */
export const keyOf = ({ kind, of = kind, schema, relation, name }: ObjectId): string =>
  JSON.stringify([kind, of, schema, relation, name]);
