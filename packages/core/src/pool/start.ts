import type { Dialect } from '../dialect/dialect.ts';
import type { PooledSession } from './pooled-session.ts';
import { checkDatabase, readDatabase, type StartCheck } from './start-check.ts';
import { Enforcer } from './witness/enforcer.ts';
import type { Counting } from './witness/observer.ts';
import type { ResolvedWitness } from './witness/options.ts';
import { TenantColumns } from './witness/tenant-columns.ts';
import type { Witness } from './witness/witness.ts';

/**
 * What the first connection of a login does, in one round trip: reads the database, refuses one that
 * cannot isolate, and opens the witness, unless it is off.
 * @param counting where a pool that observes counts, shared by its logins
 * @throws TenantryError what {@link checkDatabase} throws, `CONFIG_INVALID`
 */
export async function start(
  session: PooledSession,
  check: StartCheck,
  witness: ResolvedWitness,
  counting: Counting,
  dialect: Dialect,
): Promise<Witness | undefined> {
  const { mode } = witness;
  // a login that only does system work reads rows of all tenants
  const compares = mode === 'observe' || (mode === 'enforce' && check.serves.includes('app'));
  const columns = compares ? new TenantColumns(check, witness.columns) : undefined;
  const found = await readDatabase(session, check, columns?.readAll());
  if (mode !== 'observe') checkDatabase(found, check);
  columns?.assertNamed();
  if (columns === undefined) return undefined;
  if (mode === 'enforce') return new Enforcer(columns, check.tenancy);
  const { observe } = await import('./witness/observer.ts');
  return observe(session, found, check, columns, witness, counting, dialect);
}
