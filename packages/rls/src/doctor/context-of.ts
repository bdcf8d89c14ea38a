/** What SQL says when it asks for the tenant of a tenancy. */
interface Context {
  readonly schema: string;
  /** `app.organization_id` */
  readonly setting: string;
}

/**
 * Whether an expression asks for the tenant of this tenancy: by its setting or by a function of it. The function
 * of `old_tenantry` is not that of `tenantry`. On Citus, `tenant_if_can('…')` is the tenant for whom may.
 */
export function asksTenantOf({ schema, setting }: Context, expression: string): boolean {
  const called = new RegExp(`(?<![\\w$."])${schema}\\.(?:(?:current|routed)_tenant\\(\\)|tenant_if_\\w+\\()`);
  return expression.includes(`current_setting('${setting}'`) || called.test(expression);
}
