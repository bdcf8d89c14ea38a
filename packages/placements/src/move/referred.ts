import { literal, name } from '@tenantry/core/sql';
import { pathOf, titleOf } from '@tenantry/rls/model';
import {
  isOwnRow,
  type OutsideReference,
  type RowReference,
  type TenantTable,
} from '../rows/index.ts';
import type { EndOfMove } from './end.ts';
import { actFor, conditionOf } from './tenant-session.ts';

/** A foreign key of rows that stay, to a table whose rows move. */
interface Referring {
  readonly title: string;
  readonly key: RowReference;
  readonly to: TenantTable;
  /** The rows `t` that stay. */
  readonly staying: string;
  readonly readable: boolean;
}

/**
 * Foreign keys by which a row that stays refers to a row that leaves this database. They would lead nowhere,
 * because no trigger runs when the rows are erased. Keys of both tenant columns cannot do that.
 *
 * @returns what to say of each
 */
export async function referredFromOthers(end: EndOfMove): Promise<string[]> {
  const found: string[] = [];
  // there a foreign key names the tenant
  if (end.isCluster) return found;
  for (const { title, key, to, staying, readable } of await referring(end)) {
    const what = `${key.constraint} of ${title}`;
    if (!readable) {
      found.push(
        `${what} refers to rows of tenants, and ${end.systemRole} may not read it (grant select on ${title} to ${end.systemRole})`,
      );
      continue;
    }
    await actFor(end, [to]);
    const same = key.columns.map(
      (column, i) => `s.${name(column).sql} = t.${name(key.toColumns[i] ?? '').sql}`,
    );
    const [row] = await end.query<{ is: boolean }>(
      `select exists (select from ${to.from} where ${conditionOf(end, to)}
         and exists (select from (${staying}) s where ${same.join(' and ')})) as is`,
    );
    if (row?.is === true)
      found.push(`a row of ${title} that stays refers to a row of the tenant (${key.constraint})`);
  }
  return found;
}

async function referring(end: EndOfMove): Promise<Referring[]> {
  const { tables, fromOutside } = end.tables;
  const leaves = (table: TenantTable) =>
    table.belonging !== 'person' && (!isOwnRow(table) || !end.isShared);
  const moved = new Map(tables.filter(leaves).map((table) => [pathOf(table), table]));
  const ofTenants = tables.flatMap((table): Referring[] =>
    table.references.flatMap((key) => {
      const to = moved.get(pathOf(key.to));
      if (to === undefined || (leaves(table) && namesTenant(table, key, to))) return [];
      const others = leaves(table) ? ` where not coalesce(${conditionOf(end, table)}, false)` : '';
      const staying = `select * from ${table.from}${others}`;
      return [{ title: titleOf(table), key, to, staying, readable: end.reached.has(table.oid) }];
    }),
  );
  const readable = await readableOf(end, fromOutside);
  const ofNobody = fromOutside.flatMap((table): Referring[] => {
    const to = moved.get(pathOf(table.to));
    if (to === undefined) return [];
    const staying = `select * from ${name(table.schema, table.name).sql}`;
    return [
      { title: titleOf(table), key: table, to, staying, readable: readable.has(pathOf(table)) },
    ];
  });
  return [...ofTenants, ...ofNobody];
}

/** Whether a key holds the tenants of both rows equal. */
const namesTenant = (
  { tenantColumn }: TenantTable,
  { columns, toColumns }: RowReference,
  to: TenantTable,
): boolean =>
  tenantColumn !== undefined &&
  columns.some(
    (column, i) =>
      column === tenantColumn && (toColumns[i] === to.tenantColumn || to.belonging === 'tenant'),
  );

/** The paths of those tables that the system role may read. */
async function readableOf(
  end: EndOfMove,
  tables: readonly OutsideReference[],
): Promise<ReadonlySet<string>> {
  if (tables.length === 0) return new Set();
  const asked = tables.map(
    (table) =>
      `select ${literal(pathOf(table)).sql} as path where pg_catalog.has_table_privilege(${literal(end.systemRole).sql}, ${literal(name(table.schema, table.name).sql).sql}, 'select')`,
  );
  const found = await end.query<{ path: string }>(asked.join('\nunion all\n'));
  return new Set(found.map(({ path }) => path));
}
