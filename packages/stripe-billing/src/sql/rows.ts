import { type Ddl, ddl } from '@tenantry/core/sql';
import type { Names } from './tables.ts';

/** What a query calls a table. */
type Alias = 'a' | 'b' | 'c' | 'd' | 'p' | 's' | 't' | 'w';

/** The account and the mode that `input` names. */
export const origin = ddl`input->>'account', (input->>'livemode')::boolean`;

/** The tenant that `input` names; on Citus a variable, by which it finds the shard. */
export const inputTenant = ({ idType, onCitus }: Names): Ddl =>
  onCitus ? ddl`of_tenant` : ddl`(input->>'tenant')::${idType}`;

/** Rows of the account and mode that `input` names. */
export const thisOrigin = (alias: Alias): Ddl => {
  const a = { sql: alias };
  return ddl`${a}.account = input->>'account' and ${a}.livemode = (input->>'livemode')::boolean`;
};

/** The row of a tenant that `input` names. */
export const thisRow = (n: Names, alias: Alias): Ddl =>
  ddl`${{ sql: alias }}.${n.tenant} = ${inputTenant(n)} and ${thisOrigin(alias)}`;
