import type { Casing } from '../casing.ts';
import type { IsolationKind } from '../fragments/notes.ts';
import { readTables } from '../generate/model.ts';

/** A table of a schema module, and how its fragments isolate it. */
export interface DeclaredTable {
  readonly schema: string;
  readonly name: string;
  readonly kind: IsolationKind;
  /** The tenant column, by its name in the database. */
  readonly tenantColumn: string | undefined;
  /** Whether rows without a tenant are shared by all tenants. */
  readonly common: boolean;
}

/**
 * Reads the declarations of the fragments of a schema module; tables without one are skipped.
 * @param schema its exports: `import * as schema from './schema.ts'`
 */
export function declaredTables(
  schema: Readonly<Record<string, unknown>>,
  casing?: Casing,
): DeclaredTable[] {
  return readTables(schema, casing).flatMap((table) =>
    table.note === undefined
      ? []
      : [
          {
            schema: table.schema,
            name: table.name,
            kind: table.note.kind,
            tenantColumn: table.tenantColumn,
            common: table.note.common === true,
          },
        ],
  );
}
