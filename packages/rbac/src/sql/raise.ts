import { type Ddl, ddl, literal } from '@tenantry/core/sql';

/** Raises an error of this package: `CODE: what was found`, with details as jsonb. Default: none. */
export const raise = (code: string, found: Ddl, details?: Ddl): Ddl => {
  const detail = details === undefined ? ddl`` : ddl`, detail = (${details})::text`;
  return ddl`raise exception using errcode = 'TN001', message = ${literal(`${code}: `)} || ${found}${detail};`;
};
