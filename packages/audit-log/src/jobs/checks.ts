import { type Queryable, textInSchema } from '@tenantry/core/sql';
import type { FeatureCheck } from '@tenantry/rls/feature';
import { type AuditFinding, deliveries, failures, lag, partitions, writerRole } from './examine.ts';

/** Entries that wait longer for their seal are told, in seconds. */
const mostLagSeconds = 300;

/**
 * What `tenantry doctor` looks for in a log. That captures would fail it does not try: doctor changes
 * nothing, and a capture writes. `tenantry audit status` does.
 */
export const auditChecks = (role: string): readonly FeatureCheck[] => [
  check('audit-log-captures', 'Every write to an audited table has left its entry', failures),
  check('audit-log-sealed', 'Entries are sealed within minutes', (db) => lag(db, mostLagSeconds)),
  check('audit-log-delivered', 'Every sink takes what it is sent', deliveries),
  check('audit-log-partitions', 'This month and the next have their partition', partitions),
  check('audit-log-writer', 'Nobody logs in as the role that adds to the log', (db) =>
    writerRole(db, role),
  ),
];

function check(
  id: string,
  title: string,
  find: (db: Queryable) => Promise<AuditFinding[]>,
): FeatureCheck {
  return {
    id,
    severity: id === 'audit-log-writer' ? 'error' : 'warning',
    title,
    async find({ query, tenancy }) {
      const db: Queryable = { query: (text, values) => query(text, values) };
      const findings = await find(db);
      return findings.map(({ found, fix }) => ({
        object: 'audit log',
        found,
        fix: textInSchema(tenancy.schema, fix),
      }));
    },
  };
}
