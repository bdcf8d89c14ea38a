import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, idType } from '@tenantry/core/sql';

/** The tenant `of_tenant` as an id, in `declare`: Citus finds a shard by a variable alone. */
export const tenantVariable = (tenancy: Tenancy): Ddl =>
  tenancy.dialect === 'citus' ? ddl`own_tenant constant ${idType(tenancy)} := of_tenant;` : ddl``;

/** Whether a column of `t` is the tenant `of_tenant`. */
export const isTenant = ({ dialect }: Tenancy, column: Ddl): Ddl =>
  dialect === 'citus' ? ddl`t.${column} = own_tenant` : ddl`t.${column}::text = of_tenant`;
