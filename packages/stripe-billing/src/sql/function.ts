import { type Ddl, ddl, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { BillingCall } from '../calls.ts';
import { ownVariables, requireCoordinator } from './citus/coordinator.ts';
import { checkAccount } from './pinned-account.ts';
import type { Names } from './tables.ts';

interface BillingFunction {
  /** Variables of plpgsql, each with its semicolon. Default: none. */
  readonly declare?: Ddl;
  readonly body: Ddl;
  /** Whether a key of any account may call it. Default: false. */
  readonly anyAccount?: boolean;
  /** Default: 'volatile'. */
  readonly volatility?: 'volatile' | 'stable';
}

/**
 * A function of billing. All of them take one jsonb and give one jsonb, so a new version of the
 * package can add to either without leaving an old signature behind; only the system role calls them.
 */
export const billingFunction = (
  n: Names,
  call: BillingCall,
  { declare, body, anyAccount = false, volatility = 'volatile' }: BillingFunction,
): SqlFunction =>
  sqlFunction(
    ddl`${{ sql: `billing_${call}` }}(input jsonb) returns jsonb`,
    { volatility, callers: [name(n.tenancy.roles.system)] },
    ddl`
      ${declare === undefined && !n.onCitus ? ddl`` : ddl`declare`}
        ${n.onCitus ? ownVariables(n) : ddl``}
        ${declare ?? ddl``}
      begin
        ${n.onCitus ? requireCoordinator : ddl``}
        ${anyAccount ? ddl`` : checkAccount(n)}
        ${body}
      end
    `,
  );
