import type { Bare } from '../subject/types.ts';

const nobody = '00000000-0000-0000-0000-000000000000';

/** A tenant that does not exist, as text of the type of a tenant column. */
export const nobodyOf = (type: string | undefined): string =>
  /^(integer|bigint|smallint|numeric)/.test(type ?? '') ? '-1' : nobody;

/** The type of the tenant column that the first table of tenants has. */
export function tenantTypeOf({ tenantTables }: Pick<Bare, 'tenantTables'>): string | undefined {
  for (const { columns, tenantColumn } of tenantTables) {
    const column = columns.find(({ name }) => name === tenantColumn);
    if (column !== undefined) return column.type;
  }
  return undefined;
}
