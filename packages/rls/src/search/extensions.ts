import { type Ddl, ddl, join, literal, sqlLiteral } from '@tenantry/core/sql';

/**
 * Runs a statement in which `{extension}` is the schema of the first extension; all extensions must be
 * installed.
 */
export function withExtensions(wanted: readonly string[], title: string, statement: Ddl): Ddl {
  const [first = ''] = wanted;
  const missing = `the search of ${title} needs the extension`;
  return ddl`
    do $extensions$
    declare
      wanted text;
    begin
      foreach wanted in array array[${join(wanted.map(literal))}]::text[] loop
        if not exists (select from pg_extension where extname = wanted) then
          raise exception '% %', ${literal(missing)}, wanted using errcode = '42704',
            hint = format('In a migration before this one: create extension %I;', wanted);
        end if;
      end loop;
      execute replace(${sqlLiteral(statement)}, '{extension}', (
        select quote_ident(nspname) from pg_namespace
        where oid = (select extnamespace from pg_extension where extname = ${literal(first)})));
    end
    $extensions$;
  `;
}
