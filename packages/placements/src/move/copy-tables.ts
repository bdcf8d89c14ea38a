import { titleOf } from '@tenantry/rls/model';
import { permitLog } from './audit-log.ts';
import { compareWhole } from './compare-whole.ts';
import { bringWhole, takeWhole } from './copy-table.ts';
import { digestsOf } from './digest.ts';
import type { TableCopy } from './passed.ts';
import { makePassingTables } from './passing-tables.ts';
import type { Brought, Round } from './round.ts';
import { actFor, beginFor } from './tenant-session.ts';

/**
 * A round between a cluster and a database of its own. Workers count transactions by themselves, so no version of
 * a row says what has changed: the first round copies all tables while the tenant works, and compares none. The
 * last one, while its statements wait, hashes all rows in both databases, and copies the tables that differ.
 *
 * @throws TenantryError `MOVE_DIFFERS`
 */
export async function copyTables(round: Round, copies: readonly TableCopy[]): Promise<Brought> {
  const { source, target, tenancy, tenant, last } = round;
  await beginFor(source, tenancy, tenant, 'read');
  await beginFor(target, tenancy, tenant, 'write');
  await makePassingTables(target);
  await permitLog(target, true);
  const wanted = last === undefined ? copies : await differingCopies(round, copies);
  // children first: a parent that is read later is there
  for (const copy of [...wanted].reverse()) await takeWhole(round, copy);
  for (const copy of wanted) await bringWhole(round, copy);
  const digests = last === undefined ? [] : await compareWhole(source, target, copies);
  await actFor(target, []);
  await permitLog(target, false);
  return { seen: '0', written: [], digests };
}

/** The tables whose rows differ, and those of people. */
async function differingCopies(
  { source, target }: Round,
  copies: readonly TableCopy[],
): Promise<TableCopy[]> {
  const [left, right] = await Promise.all([digestsOf(source), digestsOf(target)]);
  return copies.filter(({ to }) => {
    const [here, there] = [left, right].map((all) =>
      all.find(({ table }) => table === titleOf(to)),
    );
    return (
      to.belonging === 'person' || here?.rows !== there?.rows || here?.digest !== there?.digest
    );
  });
}
