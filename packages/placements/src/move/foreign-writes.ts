import { differs, had, isFollowed } from './changes.ts';
import { askEach } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { type PartCounts, partCountsSql, partSql, partsOf } from './parts.ts';
import type { Brought } from './round.ts';
import { conditionOf } from './tenant-session.ts';

/**
 * Makes sure that nobody else has written the tenant's rows at the target, such as system work on rows of all
 * tenants: later rounds hash only what has changed at the source.
 *
 * @returns how many rows each part of a table has there, by its title
 * @throws TenantryError `MOVE_DIFFERS`
 */
export async function refuseForeignWrites(
  target: EndOfMove,
  { written, digests }: Brought,
): Promise<ReadonlyMap<string, PartCounts>> {
  const ours = `array[${written.map((id) => `'${BigInt(id)}'`).join(', ')}]::pg_catalog.xid[]`;
  const found = await askEach<{ rows: string; others: string; parts: PartCounts }>(
    target,
    target.tables.tables.filter(isFollowed),
    (table) =>
      `select coalesce(pg_catalog.sum(p.rows), 0)::text as rows, coalesce(pg_catalog.sum(p.others), 0)::text as others,
         ${partCountsSql('p.rows')} as parts
       from (
         select ${partSql(table, partsOf(had(digests, table).rows))} as part, pg_catalog.count(*) as rows,
           pg_catalog.count(*) filter (where t.xmin <> all (${ours})) as others
         from ${table.from} where ${conditionOf(target, table)} group by 1) p`,
  );
  const foreign = target.tables.tables.filter(isFollowed).flatMap((table) => {
    const { table: title, rows } = had(digests, table);
    const now = found.get(title);
    return now?.others === '0' && Number(now.rows) === rows
      ? []
      : [
          `${title} (${rows} and ${now?.rows ?? 0} rows, ${now?.others ?? 0} of them written by others)`,
        ];
  });
  if (foreign.length > 0) throw differs(foreign);
  return new Map([...found].map(([table, { parts }]) => [table, parts]));
}
