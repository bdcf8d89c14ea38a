import { runStatement, statement } from '@tenantry/core/sql';
import type { AuditPort, PlanPort } from '@tenantry/stripe-billing';

/** Writes what it is told into a table, in the transaction that it is told in. */
export const planPort: PlanPort = {
  async setPlan(db, change) {
    await runStatement(
      db,
      statement`insert into plan_changes (organization_id, kind, change) values (${change.tenantId}, 'plan', ${JSON.stringify(change)})`,
    );
  },
};

export const auditPort: AuditPort = {
  async log(db, action, entry) {
    await runStatement(
      db,
      statement`insert into plan_changes (organization_id, kind, change) values (${entry.tenantId}, ${action}, ${JSON.stringify(entry)})`,
    );
  },
};
