import { defineTenancy, TenantryError } from '@tenantry/core';
import {
  type AdoptionPlan,
  type Facts,
  type ProposedTenancy,
  planAdoption,
  proposeTenancy,
  readFacts,
  tableRules,
} from '@tenantry/rls/adopt';
import { titleOfPath } from '@tenantry/rls/model';
import { withConnection } from '../doctor/connect.ts';
import type { Surroundings } from '../info/detect.ts';
import type { Answers } from './files.ts';

/** An application without Drizzle, as its database shows it. */
export interface PlainApplication {
  /** What its tables say about their tenancy. */
  readonly found: ProposedTenancy | undefined;
  /** Why what the tables are is not proposed, and what to do; undefined when it is. */
  notProposed(answers: Answers): string | undefined;
  /** The options of tenantry.config.ts that tell what the tables are. */
  options(answers: Answers): string;
}

/**
 * Reads an application without Drizzle.
 * @returns undefined for one with Drizzle, and for one that has neither another library nor tables
 */
export async function plainApplication(
  around: Surroundings,
): Promise<PlainApplication | undefined> {
  if (around.drizzleConfig !== undefined || around.library === 'drizzle-orm') return undefined;
  const { MIGRATION_DATABASE_URL, DATABASE_URL } = process.env;
  const url = MIGRATION_DATABASE_URL || DATABASE_URL;
  const read = url === undefined || url === '' ? 'DATABASE_URL is not set' : await factsOf(url);
  const facts = typeof read === 'string' ? undefined : read;
  const hasTables = (facts?.tables.length ?? 0) > 0;
  if (around.library === undefined && !hasTables) return undefined;
  return {
    found: facts && proposeTenancy(facts.tables),
    notProposed(answers) {
      if (facts === undefined)
        return `the tables are not read: ${read}; tenantry adopt --schema prints them later`;
      const plan = hasTables ? planOf(facts, answers) : undefined;
      return TenantryError.is(plan)
        ? `what the tables are is not proposed: ${plan.found} ${plan.fix}`
        : undefined;
    },
    options: (answers) => optionsOf(answers, facts),
  };
}

async function factsOf(url: string): Promise<Facts | string> {
  try {
    return await withConnection(url, (client) => readFacts(client, 'app'));
  } catch (error) {
    if (TenantryError.is(error)) return error.found ?? error.message;
    throw error;
  }
}

function optionsOf(answers: Answers, facts: Facts | undefined): string {
  const plan = facts && planOf(facts, answers);
  if (facts === undefined || plan === undefined || TenantryError.is(plan)) return '  tables: {},\n';
  const rules = tableRules(plan, facts, tenancyOf(answers)).flatMap(({ lines }) => lines);
  const open = plan.tables.filter(({ is }) => is === 'undecided');
  const others = plan.tables.filter(({ is }) => is === 'other');
  const lines = [
    ...rules,
    ...open.map(({ table, because }) => `// ${titleOfPath(table)}: ${because}`),
  ];
  return [
    '  tables: {',
    ...lines.map((line) => `    ${line}`),
    '  },',
    ...(others.length === 0
      ? []
      : [
          '  exempt: {',
          ...others.map(
            ({ table, because }) =>
              `    ${JSON.stringify(titleOfPath(table))}: ${JSON.stringify(because)},`,
          ),
          '  },',
        ]),
    ...directory(plan),
    '',
  ].join('\n');
}

const tenancyOf = ({ tenant, id }: Answers) => defineTenancy({ tenant, id });

/** A plan, or the error that no table holds the tenants. */
function planOf(facts: Facts, answers: Answers): AdoptionPlan | TenantryError {
  try {
    return planAdoption(facts, tenancyOf(answers));
  } catch (error) {
    if (TenantryError.is(error) && error.code === 'ADOPT_NO_TENANTS') return error;
    throw error;
  }
}

function directory({ tenants, members }: AdoptionPlan): string[] {
  if (members === null) return [];
  const tenant = `${titleOfPath(tenants.table)}.${tenants.id}`;
  const member = `${titleOfPath(members.table)}.${members.user}`;
  return [`  directory: { tenant: ${JSON.stringify(tenant)}, member: ${JSON.stringify(member)} },`];
}
