import type { Tenancy } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  join,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import type { SaidOfTable } from '../rows/declared.ts';

/**
 * People have a row in the shared tables, and one where each of their tenants lives: keys refer to it there.
 * `tenantry.person_of(user)` reads the rows of a user, by table; `tenantry.bring_person(rows)` writes those that
 * are missing. It leaves others as they are, so two calls at the same time do no harm.
 */
export function peopleFunctions({ roles }: Tenancy, tables: readonly SaidOfTable[]): SqlFunction[] {
  const marks = { owner: name(roles.system), callers: [name(roles.system)] };
  const people = tables.flatMap(({ schema, name: table, isolation, link }) =>
    isolation === 'visible' && link !== undefined
      ? [{ target: name(schema, table), key: literal(`${schema}.${table}`), id: name(link.column) }]
      : [],
  );
  const rows = people.map(
    ({ target, key, id }) =>
      ddl`(${key}, (select to_jsonb(p) from ${target} p where p.${id}::text = of_user))`,
  );
  const found =
    rows.length === 0
      ? ddl`null`
      : ddl`(select jsonb_object_agg(f.of_table, f.found) from (values ${join(rows)}) f(of_table, found) where f.found is not null)`;
  return [
    sqlFunction(
      ddl`person_of(of_user text) returns jsonb`,
      { ...marks, volatility: 'stable' },
      ddl`
        begin
          return ${found};
        end
      `,
    ),
    sqlFunction(
      ddl`bring_person(person jsonb) returns void`,
      marks,
      ddl`
        declare
          named text;
        begin
          ${join(people.map(bring), '\n')}
        end
      `,
    ),
  ];
}

/** The columns are those of the database: a migration may have added one. */
const bring = ({ target, key }: { readonly target: Ddl; readonly key: Ddl }): Ddl => ddl`
  if person ? ${key} then
    select string_agg(quote_ident(a.attname), ', ') into named from pg_catalog.pg_attribute a
      where a.attrelid = ${literal(target.sql)}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
    execute format('insert into %1$s (%2$s) overriding system value select %2$s from jsonb_populate_record(null::%1$s, $1) on conflict do nothing', ${literal(target.sql)}, named)
      using person -> ${key};
  end if;
`;
