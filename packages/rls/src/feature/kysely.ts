// As Kysely has them, by structure, so that a package needs no Kysely for the types of its tables.

/** A column with other types when it is read, inserted and updated: `ColumnType` of Kysely. */
export type KyselyColumn<Select, Insert = Select, Update = Select> = {
  readonly __select__: Select;
  readonly __insert__: Insert;
  readonly __update__: Update;
};

/** A column with a default: `Generated` of Kysely. */
export type KyselyGenerated<T> = KyselyColumn<T, T | undefined, T>;

/** A column that the database computes. */
export type KyselyComputed<T> = KyselyColumn<T, never, never>;

/** bigint, which pg reads as text. */
export type KyselyBigint = KyselyColumn<string, string | number | bigint, string | number | bigint>;

/** bigint with a default. */
export type KyselyCounter = KyselyColumn<
  string,
  string | number | bigint | undefined,
  string | number | bigint
>;

/** bigint that may be null. */
export type KyselyBigintOrNull = KyselyColumn<
  string | null,
  string | number | bigint | null | undefined,
  string | number | bigint | null
>;

/** The tenant column, which the transaction fills: `{ organization_id: … }`. */
export type KyselyTenant<Column extends string, Id> = {
  [K in Column]: KyselyGenerated<Id>;
};
