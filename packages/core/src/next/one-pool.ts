import { isShared } from '../pool/shared-pool.ts';

type Known = { readonly deref: () => { readonly ending?: boolean } | undefined };

const key = Symbol.for('@tenantry/core/next-pools@1');
const host = globalThis as { [key]?: Map<string, Known> };

/**
 * Warns when a second pool of the same database is opened in one process of Next, which loads the module
 * that opens it several times.
 */
export function warnOfCopies(pool: object): void {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || isShared(pool)) return;
  const { options = {} } = pool as { options?: Readonly<Record<string, unknown>> };
  const slot = ['host', 'port', 'user', 'database'].map((name) => options[name]).join(' ');
  host[key] ??= new Map();
  const known = host[key].get(slot)?.deref();
  host[key].set(slot, new WeakRef(pool));
  if (known === undefined || known === pool || known.ending === true) return;
  console.warn(
    'tenantry: this process has several pools of one database, because Next loads the module that opens them several times. Open it with sharedTenantPool(…) instead of createTenantPool(…).',
  );
}
