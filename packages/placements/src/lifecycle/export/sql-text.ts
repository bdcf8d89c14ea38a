import type { Tenancy } from '@tenantry/core';
import { literal, name, textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../../rows/index.ts';
import { settings, type TextRow } from '../client.ts';
import { countedBy } from '../import/matched.ts';
import type { GreatestValue } from '../import/sequences.ts';
import { written } from '../manifest.ts';

/** What a file is about. */
export interface SqlOptions {
  readonly tenancy: Tenancy;
  readonly tenant: string;
  readonly server: string;
}

/** A text as psql and the server read it, with standard_conforming_strings. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A comment of one line, whatever is in it. */
const comment = (text: string): string => `-- ${text.replace(/[\r\n]/g, ' ')}\n`;

/** The begin of a file. It stops at the first error, and leaves nothing behind then. */
export const beginning = ({ tenancy, tenant, server }: SqlOptions): string =>
  `${comment(`${tenancy.tenant} ${tenant}, from PostgreSQL ${server}`)}\\set ON_ERROR_STOP on
begin;
set local standard_conforming_strings = on;
set local client_encoding = 'UTF8';
${settings.join(';\n')};
-- what triggers derive is among the rows
set local session_replication_role = 'replica';
`;

/** An INSERT of rows. A number that a table of the packages gives is given anew. */
export function insertOf(table: TenantTable, rows: readonly TextRow[], ownSchema: string): string {
  const counted = countedBy(table, ownSchema);
  const columns = written(table).map((column, i) => ({ name: column.name, i }));
  const own = columns.filter((column) => column.name !== counted);
  const tuples = rows.map(
    (row) => `(${own.map(({ i }) => (row[i] == null ? 'null' : quoted(row[i] ?? ''))).join(', ')})`,
  );
  return `insert into ${name(table.schema, table.name).sql} (${own.map((column) => name(column.name).sql).join(', ')}) overriding system value values
${tuples.join(',\n')}${table.belonging === 'person' ? '\non conflict do nothing' : ''};
`;
}

/** Compares the foreign keys of a table, which the server does not without triggers. */
export const referencesOf = (table: TenantTable, tenant: string): string =>
  table.references
    .map(({ constraint, columns, to, toColumns }) => {
      const given = columns.map((column) => `t.${name(column).sql} is not null`);
      const equal = columns.map(
        (column, i) => `o.${name(toColumns[i] ?? '').sql} = t.${name(column).sql}`,
      );
      const condition = table.condition.replaceAll('$1::', `${quoted(tenant)}::`);
      const found = `a row of ${pathOf(table)} refers by ${constraint} to a row of ${pathOf(to)} that is not here`;
      return `do ${quoted(`begin
  if exists (select from ${table.from} where ${condition} and ${given.join(' and ')}
      and not exists (select from ${name(to.schema, to.name).sql} o where ${equal.join(' and ')})) then
    raise exception using message = ${quoted(found)};
  end if;
end`)};
`;
    })
    .join('');

/** Sequences, the log, and the commit. */
export function endOf(
  { tenancy, tenant }: SqlOptions,
  tables: readonly TenantTable[],
  greatest: readonly GreatestValue[],
): string {
  const sequences = greatest.map(
    ({ sequence, value }) =>
      `select pg_catalog.setval(${quoted(sequence)}, greatest(${BigInt(value)}, pg_catalog.pg_sequence_last_value(${quoted(sequence)})));\n`,
  );
  const own = (text: string) => `${textInSchema(tenancy.schema, text)};\n`;
  const hasLog = tables.some(
    (table) => table.schema === tenancy.schema && /^audit_/.test(table.name),
  );
  return [
    ...sequences,
    own(`insert into tenantry.imports (tenant) values (${literal(tenant).sql})
  on conflict (tenant) do update set imported_at = excluded.imported_at`),
    hasLog ? own('select tenantry.audit_restored()') : '',
    'commit;\n',
  ].join('');
}
