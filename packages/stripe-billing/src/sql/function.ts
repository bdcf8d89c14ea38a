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
 * A function of billing. All of them take one jsonb and give one jsonb, so a new version of the
 * package can add to either without leaving an old signature behind; only the system role calls them.
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

/** The row of an organization that `input` names. */
export const thisRow = ({ tenant, idType }: Names, alias: string): Ddl => {
  const a = name(alias);
  return ddl`${a}.${tenant} = (input->>'tenant')::${idType} and ${a}.account = input->>'account' and ${a}.livemode = (input->>'livemode')::boolean`;
};

/** Rows of the account and mode that `input` names. */
export const thisOrigin = (alias: string): Ddl => {
  const a = name(alias);
  return ddl`${a}.account = input->>'account' and ${a}.livemode = (input->>'livemode')::boolean`;
};
