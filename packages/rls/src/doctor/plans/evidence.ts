import { name } from '@tenantry/core/sql';
import type { DoctorConnection } from '../catalogue/read.ts';
import type { Bare, PlanEvidence, TableView } from '../subject/types.ts';
import { nobodyOf, tenantTypeOf } from './nobody.ts';
import { settingsSql } from './settings.ts';

/** The most plans that are read; tables of one shape have plans of one shape. */
const most = 100;
const perRoundTrip = 25;

/**
 * Runs EXPLAIN for a read of tenant tables as the role that serves tenants. Sequential scans are made
 * expensive, because the planner rightly prefers them on small tables. No query is executed.
 */
export async function explainTables(
  connection: DoctorConnection,
  subject: Bare,
): Promise<{ readonly plans: readonly PlanEvidence[]; readonly unseen: readonly string[] }> {
  const tables = candidates(subject);
  if (tables.length === 0) return { plans: [], unseen: [] };
  await connection.query('savepoint tenantry_plans');
  try {
    await connection.query(contextSql(subject));
    const plans: PlanEvidence[] = [];
    for (let i = 0; i < tables.length; i += perRoundTrip) {
      plans.push(...(await explain(connection, tables.slice(i, i + perRoundTrip))));
    }
    return { plans, unseen: [] };
  } catch (error) {
    return { plans: [], unseen: [`plans: ${(error as Error).message}`] };
  } finally {
    await connection.query('rollback to savepoint tenantry_plans');
  }
}

/** Tables that the role reads, the largest first, without those whose policy cannot be explained. */
function candidates({ tenantTables, roleBypasses }: Bare): TableView[] {
  if (roleBypasses) return [];
  return tenantTables
    .filter((t) => t.reachable && t.rls && t.rights.includes('SELECT') && t.kind !== 'foreign')
    .filter((t) => t.tenantColumn !== undefined && t.policies.some((policy) => policy.applies))
    .sort((a, b) => b.rows - a.rows)
    .slice(0, most);
}

/** Sets the role, and a value for each setting that a policy reads, because planning may evaluate it. */
function contextSql(subject: Bare): string {
  const nobody = nobodyOf(tenantTypeOf(subject));
  return [
    `set local role ${name(subject.roleName).sql}`,
    'set local enable_seqscan = off',
    ...settingsSql(subject, nobody),
  ].join('; ');
}

async function explain(
  connection: DoctorConnection,
  tables: readonly TableView[],
): Promise<PlanEvidence[]> {
  const text = tables
    .map(
      (table) =>
        `explain (costs off, verbose off) select 1 from ${name(table.schema, table.name).sql}`,
    )
    .join('; ');
  // several statements in one round trip: pg returns a list of results
  const answer: unknown = await connection.query(text);
  const results = (Array.isArray(answer) ? answer : [answer]) as {
    rows: Record<string, string>[];
  }[];
  return tables.map((table, i) => {
    const lines = (results[i]?.rows ?? []).map((row) => row['QUERY PLAN'] ?? '');
    return { table, lines, ...readPlan(lines) };
  });
}

function readPlan(lines: readonly string[]): Pick<PlanEvidence, 'initPlan' | 'index' | 'tasks'> {
  const [, tasks] = lines.map((line) => /Task Count: (\d+)/.exec(line)).find(Boolean) ?? [];
  return {
    tasks: tasks === undefined ? undefined : Number(tasks),
    initPlan: lines.some((line) => /InitPlan/.test(line)),
    index: lines.some((line) => /^\s*(Index Cond|Recheck Cond):/.test(line)),
  };
}
