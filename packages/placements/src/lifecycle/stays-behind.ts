import type { TenantTable } from '../rows/index.ts';

/** The log of a tenant and the secrets of its keys, which no copy of it gets. */
export const staysBehind = (
  { schema, name, appendOnly }: TenantTable,
  ownSchema: string,
): boolean => appendOnly || (schema === ownSchema && /^(audit_|api_key_hashes$)/.test(name));
