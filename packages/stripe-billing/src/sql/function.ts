import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { refuseOtherAccount } from './pinned-account.ts';
import type { Names } from './tables.ts';

interface FunctionOptions {
  /** Whether a key of any account may call it. Default: false. */
  readonly anyAccount?: boolean;
  /** The volatility of the function. Default: 'volatile'. */
  readonly volatility?: 'volatile' | 'stable';
}

/**
 * A function of billing. Each takes one jsonb and returns one jsonb, so a new package version can extend
 * both without leaving an old signature behind; only the system role may call them.
 *
 * @param declare plpgsql declarations, each with its semicolon
 */
export function billingFunction(
  { tenancy }: Pick<Names, 'tenancy'>,
  id: string,
  declare: Ddl,
  body: Ddl,
  { anyAccount = false, volatility = 'volatile' }: FunctionOptions = {},
): Ddl {
  const target = ddl`tenantry.${name(`billing_${id}`)}`;
  return ddl`
    create or replace function ${target}(input jsonb) returns jsonb
    language plpgsql ${{ sql: volatility }}
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      ${declare}
    begin
      ${anyAccount ? ddl`` : refuseOtherAccount}
      ${body}
    end
    $tenantry$;
    revoke all on function ${target}(jsonb) from public;
    grant execute on function ${target}(jsonb) to ${name(tenancy.roles.system)};
  `;
}

/** The condition for the organization in `input`. */
export const thisRow = ({ tenant, idType }: Names, alias: string): Ddl => {
  const a = name(alias);
  return ddl`${a}.${tenant} = (input->>'tenant')::${idType} and ${a}.account = input->>'account' and ${a}.livemode = (input->>'livemode')::boolean`;
};

/** The condition for the account and mode in `input`. */
export const thisOrigin = (alias: string): Ddl => {
  const a = name(alias);
  return ddl`${a}.account = input->>'account' and ${a}.livemode = (input->>'livemode')::boolean`;
};
