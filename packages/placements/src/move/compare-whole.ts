import { differs } from './changes.ts';
import { comparedTables, differing, digestsOf, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import type { TableCopy } from './passed.ts';

/**
 * Hashes all rows of some tables in both databases.
 * @throws TenantryError `MOVE_DIFFERS`
 */
export async function compareWhole(
  source: EndOfMove,
  target: EndOfMove,
  copies: readonly TableCopy[],
): Promise<TableDigest[]> {
  const compared = (end: EndOfMove, tables: readonly TableCopy[keyof TableCopy][]) =>
    digestsOf(
      end,
      comparedTables(end).filter((table) => tables.includes(table)),
    );
  const [left, right] = await Promise.all([
    compared(
      source,
      copies.map(({ from }) => from),
    ),
    compared(
      target,
      copies.map(({ to }) => to),
    ),
  ]);
  const differ = differing(left, right);
  if (differ.length > 0) throw differs(differ);
  return left;
}
