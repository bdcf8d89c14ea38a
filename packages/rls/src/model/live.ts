import type {
  ColumnModel,
  ForeignKeyModel,
  ReferenceAction,
  TableModel,
  TableName,
} from './table.ts';

/** Rights on a table, in the words of GRANT. */
export type TableRight =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'TRUNCATE'
  | 'REFERENCES'
  | 'TRIGGER'
  | 'MAINTAIN';

/** A column of a database. */
export interface LiveColumn extends ColumnModel {
  /** Its class in `pg_type.typcategory`: S text, N number, E enum …; of a domain, that of its base. */
  readonly category: string;
  /** The values of its enum type, in order. */
  readonly labels: readonly string[];
  /** The maximum length in characters; 0 without a limit. */
  readonly length: number;
  /** Whether the column or its domain refuses null. */
  readonly refusesNull: boolean;
  readonly hasDefault: boolean;
  /** The expression of its own default; null without one. */
  readonly default: string | null;
  /** Whether a sequence of its own fills it, as for `serial`; not for an identity column. */
  readonly serial: boolean;
  /** Whether it is an identity column that takes no value. */
  readonly alwaysIdentity: boolean;
  /** Whether the role has the right to update it. */
  readonly mayUpdate: boolean;
  /** Whether the trigger of `generate` refuses to change its value. */
  readonly fixed: boolean;
}

/** A constraint of a database. */
export interface LiveConstraint {
  readonly table: number;
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'exclude' | 'foreign' | 'check';
  readonly columns: readonly string[];
  /** The oid of the referenced table; 0 for none. */
  readonly foreignTable: number;
  readonly foreignName: TableName | null;
  readonly foreignColumns: readonly string[];
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
  /** The columns that SET NULL and SET DEFAULT change. */
  readonly cleared: readonly string[];
  readonly validated: boolean;
  readonly enforced: boolean;
  readonly definition: string;
}

export type PolicyCommand = 'all' | 'select' | 'insert' | 'update' | 'delete';

/** A policy of a database. */
export interface LivePolicy {
  readonly table: number;
  readonly name: string;
  readonly permissive: boolean;
  readonly command: PolicyCommand;
  readonly toPublic: boolean;
  /** The roles that it names, without PUBLIC. */
  readonly roles: readonly string[];
  /** Whether it applies to the role. */
  readonly applies: boolean;
  readonly using: string | null;
  readonly check: string | null;
  readonly functions: readonly number[];
  readonly relations: readonly number[];
}

/** A table of a database: what it is. */
export interface LiveTable extends TableModel {
  readonly oid: number;
  readonly kind: 'table' | 'partitioned' | 'foreign';
  readonly owner: string;
  /** Whether the owner is a superuser or has BYPASSRLS. */
  readonly ownerBypasses: boolean;
  /** Whether the role is the owner or a member of it. */
  readonly roleOwns: boolean;
  readonly rls: boolean;
  readonly forced: boolean;
  /** Estimated rows; -1 when it was never analysed. */
  readonly rows: number;
  /** The tables that it is a partition or an inheritance child of. */
  readonly parents: readonly number[];
  readonly columns: readonly LiveColumn[];
  /** All its constraints; `keys` and `foreignKeys` have the same in the words of the model. */
  readonly constraints: readonly LiveConstraint[];
  readonly foreignKeys: readonly ForeignKeyModel[];
  /** The rights of the role on the table or a column, also through PUBLIC or another role. */
  readonly rights: readonly TableRight[];
  /** The rights of PUBLIC. */
  readonly publicRights: readonly TableRight[];
  /** The rights granted to named roles, on the table or a column, without the owner. */
  readonly grants: readonly { readonly grantee: string; readonly rights: readonly TableRight[] }[];
}
