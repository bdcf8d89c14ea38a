import { type Ddl, ddl, literal } from '@tenantry/core/sql';

/**
 * Statements for a table when it is partitioned, and others when it is not, for a plpgsql block. The
 * database decides, because drizzle-kit does not know partitions and the application's migrations make
 * them. doctor knows both, and compares with those of what the table is.
 *
 * @param table its quoted path
 * @example
 * ```ts
 * ddl`do $tenantry$ begin ${whenPartitioned(table.path, create, drop)} end $tenantry$;`;
 * ```
 */
export const whenPartitioned = (table: Ddl, then: Ddl, otherwise: Ddl): Ddl => ddl`
  if exists (select from pg_class c where c.oid = ${literal(table.sql)}::regclass and c.relkind = 'p') then
    ${then}
  else
    ${otherwise}
  end if;
`;

const choice =
  /if exists \(select from pg_class c where c\.oid = '((?:[^']|'')+)'::regclass and c\.relkind = 'p'\) then\n(.*?)\n\s*else\n(.*?)\n\s*end if;/gs;

/** A statement with what {@link whenPartitioned} chooses in it for these tables, by their quoted paths. */
export const chosenFor = (statement: string, partitioned: ReadonlySet<string>): string =>
  statement.replace(choice, (_, table: string, then: string, otherwise: string) =>
    partitioned.has(table.replaceAll("''", "'")) ? then : otherwise,
  );
