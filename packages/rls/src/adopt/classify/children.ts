import type { Tenancy } from '@tenantry/core';
import type { LiveTable } from '../../model/live.ts';
import { type ForeignKeyModel, pathOf, titleOf } from '../../model/table.ts';
import type { FillSource, PlannedTable } from '../plan.ts';
import { userColumnOf } from './people.ts';
import { plain } from './words.ts';

/** What is found out about a table; the rest of a {@link PlannedTable} follows. */
export type Found = Pick<PlannedTable, 'is' | 'because' | 'column' | 'fill'>;

/**
 * Tables that reach a tenant through a row they reference, of any number of hops, and tables of a user.
 * A table that has both takes the parent first.
 */
export function findChildren(
  tables: readonly LiveTable[],
  found: Map<string, Found>,
  tenancy: Tenancy,
  users: LiveTable | undefined,
): void {
  const column = usualColumn(found, tenancy);
  const isIsolated = (path: string) => found.get(path)?.is === 'isolated';
  const owners = new Map(tables.map((table) => [table, userColumnOf(table, users)]));
  for (let more = true; more; ) {
    more = false;
    for (const table of tables) {
      if (found.has(pathOf(table))) continue;
      const parents = parentsOf(table, isIsolated);
      const owner = owners.get(table);
      const [first] = parents;
      if (first === undefined) continue;
      // one that must be there reaches every row; otherwise all are asked, and the owner at last
      const asked = first.isRequired ? [first] : parents;
      const byOwner = first.isRequired ? undefined : owner;
      found.set(pathOf(table), {
        is: 'isolated',
        because: `${first.key.columns[0]} references ${titleOf(first.key.foreignTable)}, which has a tenant`,
        column,
        fill: [...asked.map(fromParent), ...fromOwner(byOwner)],
      });
      more = true;
    }
    if (more) continue;
    // one table of a user at a time, the parents of others first
    const open = tables.filter(
      (table) => !found.has(pathOf(table)) && owners.get(table) !== undefined,
    );
    const next = open.find((table) => !waitsForParent(table, tables, found, owners)) ?? open[0];
    const owner = next && owners.get(next);
    if (next === undefined || owner === undefined) return;
    found.set(pathOf(next), {
      is: 'isolated',
      because: `column ${owner} names the user to whom a row belongs`,
      column,
      fill: fromOwner(owner),
    });
    more = true;
  }
}

/** Whether a table references one that will have a tenant and has none yet. */
function waitsForParent(
  table: LiveTable,
  tables: readonly LiveTable[],
  found: ReadonlyMap<string, Found>,
  owners: ReadonlyMap<LiveTable, string | undefined>,
): boolean {
  const targets = (of: LiveTable) =>
    of.foreignKeys.flatMap(({ foreignTable }) => {
      const target = tables.find((each) => pathOf(each) === pathOf(foreignTable));
      return target === undefined || target === of || found.has(pathOf(target)) ? [] : [target];
    });
  const seen = new Set([table]);
  const willHave = (target: LiveTable): boolean => {
    if (seen.has(target)) return false;
    seen.add(target);
    return owners.get(target) !== undefined || targets(target).some(willHave);
  };
  return targets(table).some(willHave);
}

/** How the tenant column is spelled in most tables that have it. */
function usualColumn(found: ReadonlyMap<string, Found>, tenancy: Tenancy): string {
  const counts = new Map<string, number>();
  for (const { is, column } of found.values())
    if (is === 'isolated' && column !== undefined && plain(column) === plain(tenancy.column))
      counts.set(column, (counts.get(column) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? tenancy.column;
}

/** A tenant column that may be null, or that is declared and not there yet, is filled from parents too. */
export function fillGaps(
  table: LiveTable,
  found: Map<string, Found>,
  users: LiveTable | undefined,
): void {
  const path = pathOf(table);
  const what = found.get(path);
  const column = table.columns.find(({ name }) => name === what?.column);
  if (what?.is !== 'isolated' || column?.notNull === true) return;
  if (column === undefined && (what.fill ?? []).length > 0) return;
  const owner = userColumnOf(table, users);
  // never from a table that takes its tenant from this one
  const parents = parentsOf(
    table,
    (other) => found.get(other)?.is === 'isolated' && !takesFrom(other, path, found),
  );
  found.set(path, {
    ...what,
    fill: [...parents.map(fromParent), ...fromOwner(owner)],
  });
}

/** Whether a table takes its tenant from another, at any distance. */
function takesFrom(table: string, other: string, found: ReadonlyMap<string, Found>): boolean {
  const seen = new Set<string>();
  const visit = (path: string): boolean => {
    if (path === other) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return (found.get(path)?.fill ?? []).some(
      (source) => source.from === 'parent' && visit(source.parent),
    );
  };
  return visit(table);
}

const fromParent = ({ key }: { readonly key: ForeignKeyModel }): FillSource => ({
  from: 'parent',
  column: key.columns[0] as string,
  parent: pathOf(key.foreignTable),
});

const fromOwner = (column: string | undefined): FillSource[] =>
  column === undefined ? [] : [{ from: 'owner', column }];

/** The keys to isolated tables: required ones first, and of these such whose rows go with the parent. */
function parentsOf(
  table: LiveTable,
  isIsolated: (path: string) => boolean,
): { readonly key: ForeignKeyModel; readonly isRequired: boolean }[] {
  const notNull = new Set(table.columns.filter((c) => c.notNull).map(({ name }) => name));
  return table.foreignKeys
    .filter(({ columns, foreignTable }) => {
      const path = pathOf(foreignTable);
      return columns.length > 0 && path !== pathOf(table) && isIsolated(path);
    })
    .map((key) => ({ key, isRequired: key.columns.every((column) => notNull.has(column)) }))
    .sort((a, b) => weight(b) - weight(a));
}

const weight = ({ key, isRequired }: { key: ForeignKeyModel; isRequired: boolean }): number =>
  (isRequired ? 2 : 0) + (key.onDelete === 'cascade' ? 1 : 0);
