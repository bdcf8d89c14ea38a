import { type Ddl, ddl, join } from '@tenantry/core/sql';

/** A table of the code's rows, which every node has. */
export interface Seeded {
  readonly path: Ddl;
  /** The code's rows `w`, as an item of FROM. */
  readonly wanted: Ddl;
  readonly keys: readonly string[];
  /** Its columns besides the key, and the properties of the code that they have. */
  readonly columns: Readonly<Record<string, string>>;
  /** What else an update sets. */
  readonly touched: Ddl;
  /** The terms of `w`, and those of a row `f`. */
  readonly terms: Ddl;
  readonly own: Ddl;
}

/** What {@link seedRows} needs in `declare`. */
export const seedVariables: Ddl = ddl`
  declare
    code record;
    held record;
`;

/** Writes the rows one by one: an ON CONFLICT on Citus takes no functions, and an INSERT no such SELECT. */
export function seedRows({ path, wanted, keys, columns, touched, terms, own }: Seeded): Ddl {
  const same = (a: string, b: string) =>
    join(
      keys.map((key) => ({ sql: `${a}.${key} = ${b}."${camel(key)}"` })),
      ' and ',
    );
  const names = [...keys, ...Object.keys(columns), 'seeded'].join(', ');
  const values = [...keys.map(camel), ...Object.values(columns)].map((each) => ({
    sql: `code."${each}"`,
  }));
  const sets = Object.entries(columns).map(([column, each]) => ({
    sql: `${column} = code."${each}"`,
  }));
  return ddl`
        for code in select w.*, ${terms} as terms from ${wanted} loop
          select f.seeded, ${own} as own into held from ${path} f where ${same('f', 'code')};
          if not found then
            insert into ${path} (${{ sql: names }}) values (${join(values)}, code.terms);
          elsif held.seeded is distinct from code.terms and (overwrite or held.own in (held.seeded, code.terms)) or overwrite and held.own <> held.seeded then
            update ${path} f set ${join(sets)}, seeded = code.terms${touched} where ${same('f', 'code')};
          end if;
        end loop;
        for held in
          select f.* from ${path} f
          where not exists (select from ${wanted} where ${same('f', 'w')}) and f.seeded is not null and (overwrite or ${own} = f.seeded)
        loop
          delete from ${path} f where ${join(
            keys.map((key) => ({ sql: `f.${key} = held.${key}` })),
            ' and ',
          )};
        end loop;`;
}

const camel = (column: string) =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
