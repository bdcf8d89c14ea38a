import { TenantryError } from '../errors/index.ts';

/** The parts of a tenancy by which options and results name a tenant. */
interface NamedTenancy {
  readonly property: string;
  parseId(value: unknown): string;
}

/**
 * The tenant that options name, as text in its stored spelling; undefined when they name none.
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
 * The tenant that options must name, as text in its stored spelling.
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
