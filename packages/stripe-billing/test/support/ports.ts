import { runStatement, statement } from '@tenantry/core/sql';
import type { BillingAuditPort, BillingPlanPort } from '@tenantry/stripe-billing';

/** Writes what it is told into a table, in the transaction that it is told in. */
export const planPort: BillingPlanPort<'organizationId'> = {
  async setPlan(tx, change) {
    await runStatement(
      tx,
      statement`insert into plan_changes (organization_id, kind, change) values (${change.organizationId}, 'plan', ${JSON.stringify(change)})`,
    );
  },
};

export const auditPort: BillingAuditPort<'organizationId'> = {
  async log(tx, action, entry) {
    await runStatement(
      tx,
      statement`insert into plan_changes (organization_id, kind, change) values (${entry.organizationId}, ${action}, ${JSON.stringify(entry)})`,
    );
  },
};
