import type { Tenancy } from '../tenancy/tenancy.ts';
import { citusContextSql, type FoundationOptions } from './citus-context.ts';
import { type Ddl, ddl, join, name } from './ddl.ts';
import { functionsSql, sqlFunction } from './function.ts';
import { signedContextSql } from './signed-context.ts';
import { idType, settingOrRefusal } from './tenant.ts';

/**
 * `tenantry.current_tenant()`: the tenant of the running transaction. It raises an error when there is
 * none, because an error is noticed during development and an empty list only by a customer. As
 * `(select …)` it is an InitPlan, evaluated once per statement.
 */
export function contextSql(
  tenancy: Tenancy,
  previous: PreviousTenancy = {},
  options: FoundationOptions = {},
): Ddl {
  return tenancy.context === 'signed'
    ? signedContextSql(tenancy, previous.context === 'plain')
    : plainContextSql(tenancy, options);
}

/** The parts of a tenancy that were different in the previous release, while its code still runs. */
export interface PreviousTenancy {
  /** `plain`: a tenant without a signature is accepted as well; it can be forged without a secret. */
  readonly context?: 'plain' | undefined;
  /** The roles that this code switches to. */
  readonly roles?: { readonly app?: string | undefined; readonly system?: string | undefined };
}

function plainContextSql(tenancy: Tenancy, options: FoundationOptions): Ddl {
  const currentTenant = sqlFunction(
    ddl`current_tenant() returns ${idType(tenancy)}`,
    { volatility: 'stable', parallel: 'safe' },
    ddl`
      begin
        return ${settingOrRefusal(tenancy)};
      end`,
  );
  return ddl`
    ${functionsSql(tenancy.id === 'text' ? [noTenant(tenancy), currentTenant] : [currentTenant])}

    -- nothing pins a search_path here: the body is resolved now, and can be put in where it is called
    create or replace function tenantry.current_actor() returns jsonb
    language sql stable parallel safe
    return nullif(pg_catalog.current_setting('app.actor', true), '')::pg_catalog.jsonb;
    ${tenancy.dialect === 'citus' ? citusContextSql(tenancy, options) : ddl``}
  `;
}

/** What raises for an id of text, which has no syntax that it could violate. */
const noTenant = ({ roles }: Tenancy) =>
  sqlFunction(
    ddl`no_tenant() returns text`,
    { volatility: 'stable', parallel: 'safe', callers: [name(roles.app), name(roles.system)] },
    ddl`
      begin
        raise exception 'no tenant in this transaction' using errcode = '28000',
          hint = 'Run the statement through the tenant pool, inside a scope.';
      end`,
  );

/** The grants: the app role evaluates policies and calls the entry functions; nobody else has the schema. */
export function contextGrantsSql({ roles }: Tenancy): Ddl {
  const both = join([name(roles.app), name(roles.system)]);
  return ddl`
    revoke all on schema tenantry from public;
    grant usage on schema tenantry to ${both};
    grant execute on function tenantry.current_tenant() to ${both};
    grant execute on function tenantry.current_actor() to public;
  `;
}
