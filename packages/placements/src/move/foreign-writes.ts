import { titleOf } from '@tenantry/rls/model';
import { differs, isFollowed } from './changes.ts';
import { askEach } from './digest.ts';
import type { EndOfMove } from './end.ts';
import type { Brought } from './round.ts';
import { conditionOf } from './tenant-session.ts';

/**
 * Makes sure that nobody else has written the tenant's rows at the target, such as system work on rows of all
 * tenants: later rounds hash only what has changed at the source.
 *
 * @throws TenantryError `MOVE_DIFFERS`
 */
export async function refuseForeignWrites(
  target: EndOfMove,
  { written, digests }: Brought,
): Promise<void> {
  const ours = `array[${written.map((id) => `'${BigInt(id)}'`).join(', ')}]::pg_catalog.xid[]`;
  const found = await askEach<{ rows: string; others: string }>(
    target,
    target.tables.tables.filter(isFollowed),
    (table) =>
      `select pg_catalog.count(*)::text as rows,
         pg_catalog.count(*) filter (where t.xmin <> all (${ours}))::text as others
       from ${table.from} where ${conditionOf(target, table)}`,
  );
  const foreign = target.tables.tables.filter(isFollowed).flatMap((table) => {
    const title = titleOf(table);
    const now = found.get(title);
    const rows = digests.find((each) => each.table === title)?.rows ?? 0;
    return now?.others === '0' && Number(now.rows) === rows
      ? []
      : [
          `${title} (${rows} and ${now?.rows ?? 0} rows, ${now?.others ?? 0} of them written by others)`,
        ];
  });
  if (foreign.length > 0) throw differs(foreign);
}
