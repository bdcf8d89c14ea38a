import { type Ddl, ddl, sqlLiteral } from '@tenantry/core/sql';

/**
 * The schema in which a tenant has the tables of {@link Feature.schemaTables}, as an expression; null for the
 * shared tables. For functions of the system role. What follows is its answer for the rest of a transaction
 * of the tenant, which keeps the lock that a move waits for.
 *
 * Emits `(select s.schema_name from tenantry.placements …)`: a look-up by the primary key.
 * @param tenant the id, in any type
 */
export const schemaOfTenant = (tenant: Ddl): Ddl =>
  ddl`(select s.schema_name from tenantry.placements r join tenantry.places s on s.name = r.place where r.tenant = ${tenant}::text)`;

/** The name of a table of these in a statement for {@link inSchemaOf}. */
const open = '%1$I';

/**
 * A statement for EXECUTE in a schema of a tenant: `format($name$select … from %1$I."projects"$name$, in_schema)`.
 *
 * @param schema the variable or expression with the schema
 * @param write writes the statement; its argument is the path of a table that lives there, by its name
 * @example
 * ```ts
 * ddl`execute ${inSchemaOf(ddl`in_schema`, (of) => ddl`select count(*) from ${of('projects')}`)} into counted;`
 * ```
 */
export function inSchemaOf(schema: Ddl, write: (of: (table: string) => Ddl) => Ddl): Ddl {
  const mark = '\u0001';
  const written = write((table) => ({ sql: `${mark}."${table.replaceAll('"', '""')}"` }));
  const sql = written.sql.replaceAll('%', '%%').replaceAll(mark, open);
  return ddl`format(${sqlLiteral({ sql })}, ${schema})`;
}
