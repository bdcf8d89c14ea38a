import { type Ddl, ddl, literal, name } from '@tenantry/core/sql';
import { Cursor, type Path } from '../objects/cursor.ts';
import { dropStatement } from '../objects/drop-statement.ts';
import { readOwn } from '../objects/standing-after.ts';
import type { Section } from '../section.ts';
import { Columns, type StandingColumn } from './columns.ts';
import type { Migrated } from './read.ts';

const creates = /^create table if not exists /;

/** Whether a section makes a table of a feature. */
export const makesTable = ({ id }: Pick<Section, 'id'>): boolean => id.startsWith('made:');

/**
 * The statements that bring a table of a feature from what the migrations made to what it shall be: all
 * of them for a new table, and otherwise what differs. A column that is no longer declared stays, because
 * it may hold values.
 */
export function changesOfMade(
  { statements }: Pick<Section, 'statements'>,
  migrated: Migrated,
): string[] {
  const [create = '', ...others] = statements;
  const table = tableOf(create);
  if (table === undefined || !migrated.columns.hasTable(table)) return [...statements];
  const wanted = new Columns();
  wanted.apply(create);
  const columns = linesOf(create).flatMap((line) => {
    const before = migrated.columns.find(table, line.column);
    const want = wanted.find(table, line.column) as StandingColumn;
    return changesOfColumn(name(table.schema, table.name), line, before, want);
  });
  return [...columns, ...others.flatMap((statement) => changesOfKey(statement, migrated))];
}

/** The line of a column in CREATE TABLE, which `generate` writes on a line of its own. */
interface Line {
  readonly column: string;
  readonly line: string;
}

function changesOfColumn(
  target: Ddl,
  { column, line }: Line,
  before: StandingColumn | undefined,
  want: StandingColumn,
): string[] {
  if (before === undefined)
    return [ddl`alter table ${target} add column if not exists ${{ sql: line }};`.sql];
  const own = name(column);
  const alter = ddl`alter table ${target} alter column ${own}`;
  const type: Ddl = { sql: typeOf(line) };
  const isRetyped = want.type !== before.type;
  const isDefaulted = want.default !== before.default || isRetyped;
  return [
    // a default keeps the type in which it was written
    ...(isDefaulted && before.default !== undefined ? [dropDefault(alter)] : []),
    ...(isRetyped ? [ddl`${alter} type ${type} using ${own}::${type};`.sql] : []),
    ...(isDefaulted && want.default !== undefined ? [setDefault(alter, line)] : []),
    ...(want.notNull === before.notNull
      ? []
      : [ddl`${alter} ${{ sql: want.notNull ? 'set' : 'drop' }} not null;`.sql]),
  ];
}

const dropDefault = (alter: Ddl): string => asText(`${alter.sql} drop default`);

const setDefault = (alter: Ddl, line: string): string =>
  asText(`${alter.sql} set default ${/ default (.*?)(?: not null)?$/.exec(line)?.[1] ?? 'null'}`);

/** As text, so that the default is no object of its own, which would have to be declared. */
const asText = (statement: string): string =>
  ddl`
    do $tenantry$
    begin
      execute ${literal(statement)};
    end
    $tenantry$;
  `.sql;

/** A key or an index that is missing, or that says something else than it shall. */
function changesOfKey(statement: string, { standing }: Migrated): string[] {
  const made = readOwn(statement).flatMap((change) =>
    change.does === 'make' ? [change.object] : [],
  );
  const differing = made.filter((object) => standing.find(object)?.hash !== object.hash);
  if (made.length > 0 && differing.length === 0) return [];
  const old = differing.flatMap((object) => standing.find(object) ?? []);
  return [...old.flatMap((object) => dropStatement(object) ?? []), statement];
}

const typeOf = (line: string): string =>
  /^"(?:[^"]|"")+" (.*?)(?: default .*| generated .*| not null)?$/.exec(line)?.[1] ?? '';

const tableOf = (create: string): Path | undefined =>
  creates.test(create) ? Cursor.of(create.replace(creates, '')).path() : undefined;

const linesOf = (create: string): Line[] =>
  create
    .split('\n')
    .slice(1, -1)
    .map((each) => {
      const line = each.trim().replace(/,$/, '');
      const [, column = ''] = /^"((?:[^"]|"")+)"/.exec(line) ?? [];
      return { column: column.replaceAll('""', '"'), line };
    });
