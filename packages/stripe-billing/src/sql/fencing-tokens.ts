import { type Ddl, ddl, name, sqlLiteral } from '@tenantry/core/sql';
import { billingFunction } from './function.ts';
import type { Names } from './tables.ts';

/** Fencing tokens order the fetches: of two, the one with the larger token asked Stripe later. */
export const fencingTokensSql = ({ tenancy }: Names): Ddl => ddl`
  create sequence if not exists tenantry.billing_fencing_tokens;
  revoke all on sequence tenantry.billing_fencing_tokens from public;
  grant usage on sequence tenantry.billing_fencing_tokens to ${name(tenancy.roles.system)};
`;

export const nextFencingToken = ddl`nextval(${sqlLiteral(ddl`tenantry.billing_fencing_tokens`)})`;

/** A fencing token for a fetch that needs no lease. */
export const fencingToken = (n: Names) =>
  billingFunction(n, 'fencing_token', { body: ddl`return to_jsonb(${nextFencingToken});` });
