import { type Actor, type IdKind, type Tenancy, TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { TablePath } from '../tables/columns.ts';

/** The scope in which a read began: of a tenant, or undefined for system work. */
export interface ReadScope {
  readonly tenant: string | undefined;
  /**
   * Runs one statement in that scope. A stream is often read after its scope has ended; it then opens a
   * new scope for each page.
   */
  run<R>(fn: () => Promise<R>): Promise<R>;
}

/** The source of entries, and the scope for reading. */
// biome-ignore lint/suspicious/noExplicitAny: a log of any tenancy
export interface Source<T extends string = any, K extends IdKind = any> {
  readonly db: Queryable;
  readonly tenancy: Tenancy<T, K>;
  readonly table: TablePath;
  readonly scope: ReadScope;
}

/** Entries of a log, read in the scope of the running code. */
export const readSource = <T extends string, K extends IdKind>(
  { tenancy, table }: Pick<Source<T, K>, 'tenancy' | 'table'>,
  db: Queryable,
): Source<T, K> => ({ db, tenancy, table, scope: readScope(tenancy) });

/** Captures the scope of the running code. */
export function readScope(tenancy: Tenancy): ReadScope {
  const current = currentOf(tenancy);
  if (current === undefined) return { tenant: undefined, run: (fn) => fn() };
  const { facts: _, ...entry } = current;
  return {
    tenant: tenancy.parseId(current[tenancy.property]),
    run: (fn) => tenancy.run(entry as never, fn),
  };
}

function currentOf(tenancy: Tenancy): (Actor & Record<string, unknown>) | undefined {
  try {
    return tenancy.current() as unknown as Actor & Record<string, unknown>;
  } catch (error) {
    if (TenantryError.is(error, 'TENANT_CONTEXT_MISSING')) return undefined;
    throw error;
  }
}
