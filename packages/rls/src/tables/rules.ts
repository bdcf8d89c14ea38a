import type { ColumnLike, TableLike } from '../fragments/drizzle.ts';

/**
 * What a table of the database is, as the third argument of `pgTable` says it: the same fragments, in a
 * function of the table's columns.
 *
 * The second parameter has the other tables by name, each as a function, as `to` of `reference` takes it.
 * A function of one parameter, such as `isolate`, gets the columns alone.
 */
export type TableRules<
  // biome-ignore lint/suspicious/noExplicitAny: only the database knows the columns; defineTables<Database>() types them
  Columns = any,
  // biome-ignore lint/suspicious/noExplicitAny: the same for the names of tables
  Others = any,
> = (columns: Columns, others: Others) => readonly unknown[];

/** A table that `generate` makes: columns and rules of a feature, such as `rbac.tables.roles`. */
export interface MadeTable<
  // biome-ignore lint/suspicious/noExplicitAny: as in TableRules
  Columns = any,
  // biome-ignore lint/suspicious/noExplicitAny: as in TableRules
  Others = any,
> {
  /** The columns, as a feature gives them. */
  readonly columns: () => Readonly<Record<string, unknown>>;
  readonly rules: TableRules<Columns, Others>;
}

/** A table that your own migrations make, or one that `generate` makes. */
export type TableDeclaration = TableRules | MadeTable;

/** The tables of an application without a Drizzle schema: `projects`, `'crm.deals'`. */
export type TableDeclarations = Readonly<Record<string, TableDeclaration>>;

type Camel<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

type ColumnsOf<Table> = {
  readonly [Column in keyof Table & string as Column | Camel<Column>]: ColumnLike;
};

type OthersOf<Database> = {
  readonly [Name in keyof Database & string as Name | Camel<Name>]: () => TableLike;
};

/**
 * Gives the tables the types of a database: the interface that Kysely takes, or any other of tables and
 * columns. A table of it that is not declared does not compile.
 *
 * `Own` are the tables to declare; `Database` has the others to which rules may refer. Default: `Own`.
 * @example
 * ```ts
 * tables: defineTables<Database>({
 *   organizations: tenants,
 *   projects: isolate,
 *   tasks: (t, { projects }) => [
 *     ...isolate(t), ...reference(t, { column: t.project_id, to: projects, onDelete: 'cascade' }),
 *   ],
 *   plans: shared,
 * })
 * ```
 */
export const defineTables = <Own, Database = Own>(
  tables: {
    readonly [Name in keyof Own & string]:
      | TableRules<ColumnsOf<Own[Name]>, OthersOf<Database>>
      | MadeTable<ColumnsOf<Own[Name]>, OthersOf<Database>>;
  },
): TableDeclarations => tables as TableDeclarations;

export const isMade = (declaration: TableDeclaration): declaration is MadeTable =>
  typeof declaration === 'object';

export const rulesOf = (declaration: TableDeclaration): TableRules =>
  isMade(declaration) ? declaration.rules : declaration;
