import { literal, name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { RowReference, TenantTables } from '../../rows/tenant-table.ts';
import { type Session, textRows } from '../client.ts';
import type { WorkAs } from '../writing-roles.ts';
import { present, sameKey, there, unknown, type Wanted, wantedName } from './wanted.ts';

/** What is looked at. */
export interface Looking {
  readonly session: Session;
  readonly workAs: WorkAs;
  readonly all: TenantTables;
  readonly wanted: readonly Wanted[];
  readonly tenant: string;
}

const going = (wanted: Wanted): string =>
  `select from ${wantedName(wanted.table)} w where not ${there} and ${sameKey(wanted.table)}`;

const joined = ({ columns, toColumns }: RowReference, from: string, to: string): string =>
  columns
    .map((column, i) => `${from}.${name(column).sql} = ${to}.${name(toColumns[i] ?? '').sql}`)
    .join(' and ');

/**
 * Rows that stay and refer to rows that go: the server would refuse it, or change them by ON DELETE.
 * @param later leaves out rows that get other values before anything goes
 */
export async function referencesToGoing(
  { session, workAs, all, wanted, tenant }: Looking,
  { later }: { readonly later: boolean },
): Promise<string[]> {
  const found: string[] = [];
  for (const target of wanted) {
    const own = new Map(wanted.map((each) => [pathOf(each.table), each]));
    const keys = [
      ...all.tables.flatMap((table) =>
        table.references.map((reference) => ({ table, path: table.path, reference })),
      ),
      ...all.fromOutside.map((reference) => ({
        table: reference,
        path: name(reference.schema, reference.name).sql,
        reference,
      })),
    ].filter(({ reference }) => pathOf(reference.to) === pathOf(target.table));
    await workAs(target.table);
    for (const { table, path, reference } of keys) {
      const ofRow = own.get(pathOf(table));
      const stays =
        ofRow === undefined
          ? ''
          : ` and not exists (select from ${wantedName(ofRow.table)} w where ${sameKey(ofRow.table, 'r')}${later ? '' : ` and not ${there}`})`;
      const rows = await textRows(
        session,
        `select 1 from ${present(target.table)} join ${path} r on ${joined(reference, 'r', 't')}
         where exists (${going(target)})${stays} limit 1`,
        [tenant],
      );
      if (rows.length > 0)
        found.push(
          `a row of ${pathOf(table)} refers by ${reference.constraint} to a row of ${pathOf(target.table)} that was not there then`,
        );
    }
  }
  return found;
}

/** Rows that would come back and refer to a row that is not there any more. */
export async function referencesToNothing(looking: Looking): Promise<string[]> {
  const { session, workAs, wanted } = looking;
  const own = new Map(wanted.map((each) => [pathOf(each.table), each]));
  const found: string[] = [];
  for (const each of wanted) {
    await workAs(each.table);
    for (const reference of each.table.references) {
      const target = own.get(pathOf(reference.to));
      const written = [...each.columns, ...each.table.key];
      if (!reference.columns.every((column) => written.includes(column))) continue;
      const known = reference.columns.map(
        (column) =>
          `w.${name(column).sql} is not null and not ${literal(column).sql} = any (${unknown})`,
      );
      const rows = await textRows(
        session,
        `select 1 from ${wantedName(each.table)} w where ${there} and ${known.join(' and ')}
           and not exists (select from ${reference.toPath} o where ${joined(reference, 'w', 'o')})` +
          (target === undefined
            ? ''
            : ` and not exists (select from ${wantedName(target.table)} o where o.tenantry_there and ${joined(reference, 'w', 'o')})`) +
          ' limit 1',
      );
      if (rows.length > 0)
        found.push(
          `a row of ${pathOf(each.table)} refers by ${reference.constraint} to a row of ${pathOf(reference.to)} that is not there any more`,
        );
    }
  }
  return found;
}

/** Rows that come back without a value that they need, and that the log does not have. */
export async function missingValues({
  session,
  workAs,
  wanted,
  tenant,
}: Looking): Promise<string[]> {
  const found: string[] = [];
  for (const { table } of wanted) {
    await workAs(table);
    const needed = await textRows(
      session,
      `select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = $1::oid and a.attnum > 0
         and not a.attisdropped and a.attnotnull and a.attgenerated = '' order by a.attnum`,
      [table.oid],
    );
    for (const [column] of needed) {
      const rows = await textRows(
        session,
        `select 1 from ${wantedName(table)} w left join ${present(table)} on ${sameKey(table)}
         where ${there} and t.${name(table.key[0] ?? '').sql} is null and w.${name(column ?? '').sql} is null limit 1`,
        [tenant],
      );
      if (rows.length > 0)
        found.push(
          `a row of ${pathOf(table)} comes back without ${column}, which has no default and is not in the log`,
        );
    }
  }
  return found;
}
