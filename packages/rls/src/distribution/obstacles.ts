import { TenantryError } from '@tenantry/core';
import { hasSubSelect } from '../dialect/without-sub-select.ts';
import { type DeclaredTable, pathOf, titleOf } from '../model/table.ts';
import { distributionOf } from './distribution.ts';

/** What keeps a schema from being distributed. */
export interface Obstacle {
  readonly table: string;
  readonly found: string;
  readonly fix: string;
}

/** @throws TenantryError `CONFIG_INVALID` with all obstacles, when there are any */
export function refuseObstacles(obstacles: readonly Obstacle[]): void {
  if (obstacles.length === 0) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: obstacles.map(({ table, found }) => `${table}: ${found}`).join('\n'),
    fix: [...new Set(obstacles.map(({ fix }) => fix))].join('\n'),
  });
}

/** Everything that Citus would refuse, or would make wider, in a schema. */
export function obstaclesOf(tables: readonly DeclaredTable[]): Obstacle[] {
  const { references, distributed } = distributionOf(tables);
  const byPath = new Map(tables.map((table) => [pathOf(table), table]));
  const columns = new Map(distributed.map((table) => [pathOf(table), table.column]));
  const onEveryNode = new Set(references.map(pathOf));
  return tables.flatMap((table) => {
    const column = columns.get(pathOf(table));
    const title = titleOf(table);
    const obstacle = (found: string, fix: string): Obstacle => ({ table: title, found, fix });
    if (table.isolation === 'through') return [ofChild(table, obstacle)];
    if (column === undefined && !onEveryNode.has(pathOf(table))) return [];
    const own = column === undefined ? [] : ofDistributed(table, column, obstacle);
    const keys = table.foreignKeys.flatMap((key) => {
      const target = byPath.get(pathOf(key.foreignTable));
      if (target === undefined) return [];
      const to = columns.get(pathOf(target));
      const at = key.foreignColumns.indexOf(to ?? '');
      if (column === undefined)
        return to === undefined
          ? []
          : [
              obstacle(
                `${key.name} points from a table of all tenants at ${titleOf(target)}, whose rows are on the nodes of their tenants.`,
                'Drop the foreign key, or give the table a tenant column.',
              ),
            ];
      if (to !== undefined && (at < 0 || key.columns[at] !== column))
        return [
          obstacle(
            `${key.name} points at ${titleOf(target)} without the tenant.`,
            'Replace it by ...reference(t, { column, to }).',
          ),
        ];
      // of a reference, a trigger clears the column
      const isReference = table.references.some(({ name }) => name === key.name);
      if (to !== undefined && !isReference && /^set /.test(key.onDelete))
        return [
          obstacle(
            `${key.name} is ON DELETE ${key.onDelete.toUpperCase()}, which Citus does not have for a key with the tenant.`,
            "Replace it by ...reference(t, { column, to, onDelete: 'set null' }).",
          ),
        ];
      if (to !== undefined && /cascade|set/.test(key.onUpdate ?? ''))
        return [
          obstacle(
            `${key.name} is ON UPDATE ${key.onUpdate?.toUpperCase()}, which Citus does not have for a key with the tenant.`,
            'Leave onUpdate out, and change both rows in one transaction.',
          ),
        ];
      return [];
    });
    return [...own, ...keys, ...ofTerms(table, obstacle)];
  });
}

/** A child without the tenant column, and how it gets one. */
function ofChild(
  table: DeclaredTable,
  obstacle: (found: string, fix: string) => Obstacle,
): Obstacle {
  const own = titleOf(table);
  const parent = table.link === undefined ? '' : titleOf(table.link.foreignTable);
  const { column = '', foreignColumn = '' } = table.link ?? {};
  return obstacle(
    `it has no tenant column, by which Citus would keep its rows beside those of ${parent}.`,
    `${own}: give it the tenant column, filled by: update ${own} c set <tenant> = p.<tenant> from ${parent} p where p.${foreignColumn} = c.${column}; then ...isolate(t) and ...reference(t, { column: t.${column}, to: () => ${parent} }) in place of ...isolateThrough(t, …). \`npx tenantry adopt\` does it on one server while the table is written. See https://tenantry.dev/guides/child-tables#on-citus`,
  );
}

const ofTerms = (
  { policies }: DeclaredTable,
  obstacle: (found: string, fix: string) => Obstacle,
): Obstacle[] =>
  policies.some(({ using = '', withCheck = '' }) => hasSubSelect(`(${using}) (${withCheck})`))
    ? [
        obstacle(
          'a term has a sub-select, which Citus takes in no policy.',
          "A permission alone may be one: read: sql`(select tenantry.can('projects:read'))`. What else must be true stands beside a permission: rbac.isolate(t, { read: { permission: 'projects:read', where: sql`…` } }).",
        ),
      ]
    : [];

function ofDistributed(
  table: DeclaredTable,
  column: string,
  obstacle: (found: string, fix: string) => Obstacle,
): Obstacle[] {
  const tenant = table.tenantProperty ?? column;
  return [
    ...table.keys
      .filter(({ columns }) => !columns.includes(column))
      .map(({ name, kind, columns }) =>
        obstacle(
          `${name} (${columns.join(', ')}) is unique across tenants, which no node can check.`,
          table.isolation === 'tenants'
            ? 'Keep what is unique across tenants in a table of its own, with ...shared(t), and name it in directory.claims.'
            : kind === 'primary'
              ? `Take .primaryKey() from the column: ...isolate(t) makes the key (${column}, ${columns.join(', ')}).`
              : `Let the tenant lead it: unique().on(t.${tenant}, …).`,
        ),
      ),
    ...(table.withoutTenant === undefined
      ? []
      : [
          obstacle(
            `${column} may be null, and Citus keeps no row without a tenant.`,
            'Make it not null.',
          ),
        ]),
    ...table.userPolicies.map(({ name }) =>
      obstacle(
        `the policy ${name} of your own would widen the isolation: on a shard nothing restricts it.`,
        'Say it as a term: isolate(t, { read: sql`…`, write: sql`…` }).',
      ),
    ),
  ];
}
