import { citus } from '../dialect/citus/citus.ts';
import type { FlushSettings } from './flush.ts';
import type { PooledSession } from './pooled-session.ts';
import { checkDatabase, readDatabase, type StartCheck } from './start-check.ts';
import { Enforcer } from './witness/enforcer.ts';
import type { Counting } from './witness/observer.ts';
import type { ResolvedWitness } from './witness/options.ts';
import { TenantColumns } from './witness/tenant-columns.ts';

/**
 * What the first connection of a login does, in one round trip: reads the database, refuses one that
 * cannot isolate, and opens the witness, unless it is off.
 * @param counting where a pool that observes counts, shared by its logins
 * @param settings gets the witness, and the dialect where it is not the usual one
 * @throws TenantryError what {@link checkDatabase} throws, `CONFIG_INVALID`
 */
export async function start(
  session: PooledSession,
  check: StartCheck,
  witness: ResolvedWitness,
  counting: Counting,
  settings: FlushSettings,
): Promise<void> {
  const { mode } = witness;
  if (check.tenancy.dialect === 'citus') {
    settings.dialect = citus;
    settings.context = citus.contextWriter(check.tenancy, undefined);
    settings.named &&= citus.namesStatements;
  }
  // a login that only does system work reads rows of all tenants
  const compares = mode === 'observe' || (mode === 'enforce' && check.serves.includes('app'));
  const columns = compares ? new TenantColumns(check, witness.columns) : undefined;
  const found = await readDatabase(session, check, columns?.readAll());
  if (mode !== 'observe') checkDatabase(found, check);
  columns?.assertNamed();
  if (columns === undefined) return;
  if (mode === 'enforce') settings.witness = new Enforcer(columns, check.tenancy);
  else {
    const { observe } = await import('./witness/observer.ts');
    settings.witness = await observe(
      session,
      found,
      check,
      columns,
      witness,
      counting,
      settings.dialect,
    );
  }
}
