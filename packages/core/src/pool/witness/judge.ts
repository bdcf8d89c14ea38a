import type { PooledSession } from '../pooled-session.ts';
import type { TenantColumns } from './tenant-columns.ts';
import { WatchedRows } from './tenant-rows.ts';
import type { Watched } from './witness.ts';

/** Looks up the tables that the statements of a flush were the first to name, and then calls `known`. */
export function learnUnknown(
  session: PooledSession,
  tables: TenantColumns,
  watched: readonly Watched[],
  known: () => void,
  failed: (error: Error) => void,
): void {
  let oids: number[] | undefined;
  for (const { watch } of watched) {
    if (watch instanceof WatchedRows && watch.unknown.length > 0)
      oids = [...(oids ?? []), ...watch.unknown];
  }
  if (oids === undefined) {
    known();
    return;
  }
  tables.learn(session, [...new Set(oids)]).then(() => {
    for (const { watch } of watched) if (watch instanceof WatchedRows) watch.catchUp();
    known();
  }, failed);
}
