import { type Ddl, ddl, join, name } from '@tenantry/core/sql';

/** Columns that are written together, as each part of an upsert names them. */
export interface ColumnList {
  /** `"status", "plan"` */
  readonly names: Ddl;
  /** `x."status", x."plan"` */
  readonly values: Ddl;
  /** `"status" text, "plan" text` */
  readonly typed: Ddl;
  /** `"status" = excluded."status", "plan" = excluded."plan"` */
  readonly changes: Ddl;
}

/** Reads a list such as `status text, plan text`. */
export function columnList(list: string): ColumnList {
  const columns = list
    .trim()
    .split(/,\s*/)
    .map((each) => each.split(' ') as [column: string, type: string])
    .map(([column, type]) => ({ column: name(column), type: { sql: type } }));
  const each = (write: (of: (typeof columns)[number]) => Ddl) => join(columns.map(write));
  return {
    names: each(({ column }) => column),
    values: each(({ column }) => ddl`x.${column}`),
    typed: each(({ column, type }) => ddl`${column} ${type}`),
    changes: each(({ column }) => ddl`${column} = excluded.${column}`),
  };
}
