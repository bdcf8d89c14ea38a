import { type Ddl, ddl } from './ddl.ts';
import { defaultSchema, textInSchema } from './text-in-schema.ts';

/** {@link textInSchema} for a piece of SQL. */
export function inSchema(schema: string, piece: Ddl): Ddl {
  return schema === defaultSchema ? piece : ddl`${{ sql: textInSchema(schema, piece.sql) }}`;
}
