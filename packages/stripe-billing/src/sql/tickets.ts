import { type Ddl, ddl, name, sqlLiteral } from '@tenantry/core/sql';
import { billingFunction } from './function.ts';
import type { Names } from './tables.ts';

/** Tickets order the fetches: who took a later one, asked Stripe later. */
export const ticketsSql = ({ tenancy }: Names): Ddl => ddl`
  create sequence if not exists tenantry.billing_tickets;
  revoke all on sequence tenantry.billing_tickets from public;
  grant usage on sequence tenantry.billing_tickets to ${name(tenancy.roles.system)};
`;

export const nextTicket = ddl`nextval(${sqlLiteral(ddl`tenantry.billing_tickets`)})`;

/** A ticket for a fetch that needs no lease. */
export const ticket = (n: Names) =>
  billingFunction(n, 'ticket', { body: ddl`return to_jsonb(${nextTicket});` });
