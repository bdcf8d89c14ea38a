import { type Queryable, textInSchema } from '@tenantry/core/sql';
import { type FeatureCheck, overdueDays, upkeepCheck } from '@tenantry/rls/feature';
import type { LogDefinition } from '../options.ts';
import { type AuditFinding, deliveries, failures, lag, partitions, writerRole } from './examine.ts';

/** Entries that have waited longer for their seal are reported, in seconds. */
const mostLagSeconds = 300;

/**
 * The checks of `tenantry doctor` for a log. They do not try captures, because doctor changes nothing and
 * a capture writes; `tenantry audit status` does.
 */
export const auditChecks = (definition: LogDefinition): readonly FeatureCheck[] => {
  const {
    retention,
    maintain: { keepMonths },
  } = definition;
  return [
    check('audit-log-captures', 'Every write to an audited table has left its entry', failures),
    check('audit-log-sealed', 'Entries are sealed within minutes', (db) => lag(db, mostLagSeconds)),
    check('audit-log-delivered', 'Every sink takes what it is sent', deliveries),
    check('audit-log-partitions', 'This month and the next have their partition', partitions),
    check('audit-log-writer', 'Nobody logs in as the role that adds to the log', (db) =>
      writerRole(db, definition),
    ),
    upkeepCheck('audit-log', async (query) => {
      const { rows } = await query(
        `select (select count(*) from (select 1 from tenantry.audit_failures f
         where f.failed_at < clock_timestamp() - make_interval(days => $1) limit 1000) x)::integer as failures,
         (select coalesce(sum(e.entries), 0) from tenantry.audit_expired($2) e where e.expired)::integer as entries`,
        [
          retention.failures === false ? 1_000_000 : retention.failures + overdueDays,
          keepMonths === undefined ? null : keepMonths + 1,
        ],
      );
      const { failures: notes, entries } = rows[0] as { failures: number; entries: number };
      return [
        { table: 'tenantry.audit_failures', rows: notes },
        { table: 'the audit log', rows: entries },
      ];
    }),
  ];
};

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
