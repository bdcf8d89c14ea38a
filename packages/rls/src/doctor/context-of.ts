/** What SQL says when it asks for the tenant of a tenancy. */
interface Context {
  readonly schema: string;
  /** `app.organization_id` */
  readonly setting: string;
}

/**
 * Whether an expression asks for the tenant of this tenancy: by its setting or by a function of it. The function
 * of `old_tenantry` is not that of `tenantry`.
 */
export function asksTenantOf({ schema, setting }: Context, expression: string): boolean {
  const called = new RegExp(`(?<![\\w$."])${schema}\\.(?:current|routed)_tenant\\(\\)`);
  return (
    expression.includes(`current_setting('${setting}'`) ||
    called.test(expression) ||
    isTenantIf({ schema }, expression)
  );
}

/** Whether it is the tenant where a permission is held, and null elsewhere: a term of a role on Citus. */
export const isTenantIf = ({ schema }: Pick<Context, 'schema'>, expression: string): boolean =>
  expression.startsWith(`${schema}.tenant_if_`);
