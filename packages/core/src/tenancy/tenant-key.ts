import { TenantryError } from '../errors/index.ts';

/** The parts of a tenancy by which options and results name a tenant. */
interface NamedTenancy {
  readonly property: string;
  parseId(value: unknown): string;
}

/** The tenant in a result, by the tenancy's own word: `{ organizationId: '…' }`. */
export type TenantKey<P extends string> = { readonly [Key in P]: string };

/**
 * The tenant in an option, by the tenancy's own word. In a tenant scope it is known and left out; in a
 * system scope it says whose rows are meant.
 */
export type TenantOption<P extends string> = { readonly [Key in P]?: string | undefined };

/**
 * The tenant that options name, in its stored spelling; undefined when they name none.
 * @throws TenantryError `TENANT_ID_MALFORMED`
 */
export function tenantOption(
  tenancy: NamedTenancy,
  options: object | undefined,
): string | undefined {
  const given = (options as Record<string, unknown> | undefined)?.[tenancy.property];
  return given === undefined ? undefined : tenancy.parseId(given);
}

/**
 * The tenant that options must name, in its stored spelling.
 * @throws TenantryError `TENANT_CONTEXT_MISSING` when they name none, `TENANT_ID_MALFORMED`
 */
export function requiredTenant(tenancy: NamedTenancy, options: object | undefined): string {
  const named = tenantOption(tenancy, options);
  if (named !== undefined) return named;
  throw new TenantryError('TENANT_CONTEXT_MISSING', {
    found: `no ${tenancy.property} in the options.`,
    fix: `Name the tenant: { ${tenancy.property} }.`,
  });
}

/** The tenant by the tenancy's own word, for results: `{ organizationId: id }`. */
export const tenantKey = <P extends string>(
  tenancy: { readonly property: P },
  id: string,
): TenantKey<P> => ({ [tenancy.property]: id }) as TenantKey<P>;
