import { TenantryError } from '../errors/index.ts';
import type { columnFragments, TenancyColumns } from './columns.ts';
import type { IdKind } from './ids.ts';

type Maker = typeof columnFragments;

// On globalThis, as the context store is: an application may load two copies of this package.
const key = Symbol.for('@tenantry/core/columns@1');
const host = globalThis as { [key]?: Maker };

/** Sets what makes columns; `@tenantry/core/drizzle` does it when it is loaded. */
export const setColumnMaker = (maker: Maker): void => {
  host[key] = maker;
};

/**
 * The columns of a tenancy. They are those of Drizzle, which an application need not have; it is loaded
 * by whoever imports `@tenantry/rls` or `@tenantry/core/drizzle`.
 */
export function columnsWithDrizzle<P extends string, K extends IdKind>(
  ...given: Parameters<typeof columnFragments<P, K>>
): TenancyColumns<P, K> {
  const made = () => maker()(...given) as TenancyColumns<P, K>;
  return {
    scoped: () => made().scoped(),
    id: (name) => made().id(name),
    timestamps: () => made().timestamps(),
  };
}

function maker(): Maker {
  const found = host[key];
  if (found !== undefined) return found;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'tenancy.columns, which are columns of Drizzle, without Drizzle.',
    fix: "Import '@tenantry/rls' or '@tenantry/core/drizzle' first. Without Drizzle, write columns in SQL, and name the tables in tenantry.config.ts.",
  });
}
