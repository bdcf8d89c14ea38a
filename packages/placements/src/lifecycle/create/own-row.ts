import { randomUUID } from 'node:crypto';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import { type Session, type TextRow, textRows } from '../client.ts';
import { type TenantDirectory, tenantDirectory } from '../find-tenant.ts';
import { written } from '../manifest.ts';

/** The row of a tenant, as PostgreSQL writes its values. */
export interface OwnRow {
  readonly id: string;
  readonly columns: readonly string[];
  readonly values: TextRow;
  /** Whether it was made now. */
  readonly made: boolean;
}

/**
 * Makes the row of a tenant, or finds the one that an interrupted call has made: by its id, or without one
 * by a unique name of it such as the slug.
 *
 * @param set columns with their values; the others get their defaults
 * @throws TenantryError `TENANT_EXISTS`, `CREATE_REFUSED`
 */
export async function makeOwnRow(
  session: Session,
  tenancy: Tenancy,
  id: string | undefined,
  set: Readonly<Record<string, string | null>>,
): Promise<OwnRow> {
  const directory = await tenantDirectory(session, tenancy);
  const { table } = directory;
  const columns = written(table).map((column) => column.name);
  const wrong = Object.keys(set).find((column) => !columns.includes(column));
  if (wrong !== undefined || directory.id in set)
    throw new TenantryError('CREATE_REFUSED', {
      found:
        wrong === undefined
          ? `--set ${directory.id}.`
          : `--set ${wrong}, which is no column of ${pathOf(table)}.`,
      fix: wrong === undefined ? 'Name the id by --id.' : `Name columns of ${pathOf(table)}.`,
    });
  const given = { ...(id !== undefined && { [directory.id]: id }), ...set };
  const row = {
    ...(id === undefined && tenancy.id === 'uuid' && { [directory.id]: randomUUID() }),
    ...given,
  };
  const names = Object.keys(row);
  const into = `insert into ${name(table.schema, table.name).sql}`;
  const made = await textRows(
    session,
    `${into} ${names.length === 0 ? 'default values' : `(${names.map((each) => name(each).sql).join(', ')}) overriding system value values (${names.map((_, i) => `$${i + 1}`).join(', ')})`}
     on conflict do nothing returning ${name(directory.id).sql}::text`,
    Object.values(row),
  ).catch((error) => {
    throw refusedBy(error, pathOf(table));
  });
  const own = made[0]?.[0] ?? (await sameRow(session, directory, id, given));
  const [values] = await textRows(
    session,
    `select ${columns.map((column) => `t.${name(column).sql}::text`).join(', ')} from ${table.from} where ${table.condition}`,
    [own],
  );
  return { id: own, columns, values: values ?? [], made: made.length > 0 };
}

/** The row with this id or a name of these, when it has the values that are given. */
async function sameRow(
  session: Session,
  { table, id: idColumn, names }: TenantDirectory,
  id: string | undefined,
  given: Readonly<Record<string, string | null>>,
): Promise<string> {
  const known = id === undefined ? names.filter((each) => given[each] != null) : [idColumn];
  const columns = Object.keys(given);
  const rows = await textRows(
    session,
    `select t.${name(idColumn).sql}::text, ${columns.map((column) => `t.${name(column).sql}::text`).join(', ')} from ${table.from}
     where ${known.map((each, i) => `t.${name(each).sql}::text = $${i + 1}`).join(' or ') || 'false'} limit 2`,
    known.map((each) => given[each]),
  );
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    const taken = names.filter((each) => given[each] != null);
    throw new TenantryError('TENANT_EXISTS', {
      found: `another tenant with this ${taken.join(' or ') || 'row'}.`,
    });
  }
  const differing = columns.filter((column, i) => row[i + 1] !== given[column]);
  if (differing.length > 0)
    throw new TenantryError('TENANT_EXISTS', {
      found: `another tenant with this ${known.join(' or ')} and another ${differing.join(', ')}.`,
    });
  return row[0] ?? '';
}

/** Writes the row into another database, where it may be already. */
export async function copyOwnRow(
  session: Session,
  tenancy: Tenancy,
  { columns, values }: OwnRow,
): Promise<void> {
  const { table } = await tenantDirectory(session, tenancy);
  await session
    .query(
      `insert into ${name(table.schema, table.name).sql} (${columns.map((column) => name(column).sql).join(', ')})
       overriding system value values (${columns.map((_, i) => `$${i + 1}`).join(', ')})
       on conflict (${table.key.map((column) => name(column).sql).join(', ')}) do nothing`,
      [...values],
    )
    .catch((error) => {
      throw refusedBy(error, pathOf(table));
    });
}

/** The message of the server names constraints, its detail the values of a row. */
function refusedBy(error: unknown, table: string): unknown {
  const { code, constraint, column } = error as Record<string, string | undefined>;
  if (code?.startsWith('23') !== true && code?.startsWith('22') !== true) return error;
  const against =
    constraint ?? (column === undefined ? 'the type of a column' : `the column ${column}`);
  return new TenantryError('CREATE_REFUSED', { found: `a row of ${table} against ${against}.` });
}
