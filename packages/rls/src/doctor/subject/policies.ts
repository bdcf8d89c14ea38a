import type { Tenancy } from '@tenantry/core';
import type { LivePolicy, LiveTable, PolicyCommand } from '../../model/live.ts';
import { visibleNames } from '../../visible/names.ts';
import type { RoleSummary } from '../catalogue/model.ts';
import type { Expression } from '../expression/expression.ts';
import { type Isolation, isolationOf, type PolicyTable } from '../expression/isolation.ts';
import { parseExpression } from '../expression/parse.ts';

/** A parsed condition of a policy. */
export interface Condition {
  readonly text: string;
  readonly expression: Expression;
  readonly isolation: Isolation;
}

/** A policy with its parsed conditions. */
export interface PolicyView extends Omit<LivePolicy, 'using' | 'check'> {
  readonly using: Condition | undefined;
  /** WITH CHECK, or USING when there is none, as in PostgreSQL. */
  readonly check: Condition | undefined;
  /** Each condition once. */
  readonly conditions: readonly Condition[];
}

/** The policies of every table. */
export function viewPolicies(
  tables: readonly LiveTable[],
  policies: readonly LivePolicy[],
  tenancy: Tenancy | undefined,
): Map<number, PolicyView[]> {
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const views = new Map<number, PolicyView[]>();
  // 2,000 tables of one shape have 2,000 policies with the same text
  const parsed = new Map<string, Expression>();
  for (const policy of policies) {
    const of = byOid.get(policy.table);
    if (of === undefined) continue;
    // shared rows are read by all tenants, and never written by them
    const hasCommonRows = of.withoutTenant === 'shared' && policy.command === 'select';
    const table: PolicyTable = {
      name: of.name,
      tenantColumn: of.tenantColumn ?? ownTenantColumn(tenancy, of),
      hasCommonRows,
      visibleBy: tenancy && visibleBy(tenancy, of),
    };
    const read = (text: string | null): Condition | undefined => {
      if (text === null) return undefined;
      const expression = parsed.get(text) ?? parseExpression(text);
      parsed.set(text, expression);
      return { text, expression, isolation: isolationOf(expression, table) };
    };
    const using = read(policy.using);
    const check =
      policy.check !== null
        ? read(policy.check)
        : policy.command === 'all' || policy.command === 'update'
          ? using
          : undefined;
    const conditions = [using, check].filter(
      (c, i, all) => c !== undefined && all.indexOf(c) === i,
    );
    const view = { ...policy, using, check, conditions: conditions as Condition[] };
    views.set(policy.table, [...(views.get(policy.table) ?? []), view]);
  }
  return views;
}

/** The tables of the packages name the tenant alike. On Citus the app role reaches some. */
const ownTenantColumn = (tenancy: Tenancy | undefined, { schema, columns }: LiveTable) =>
  schema === tenancy?.schema && columns.some(({ name }) => name === 'tenant_id')
    ? 'tenant_id'
    : undefined;

/** On Citus a function says which rows of a table a tenant sees. */
const visibleBy = ({ dialect, schema }: Tenancy, table: LiveTable): string | undefined =>
  dialect === 'citus' && table.isolation === 'visible'
    ? `${schema}.${visibleNames(schema, table).planned}`
    : undefined;

type Command = Exclude<PolicyCommand, 'all'>;
const commands: readonly Command[] = ['select', 'insert', 'update', 'delete'];

/** The commands of a policy. */
export const commandsOf = ({ command }: PolicyView): readonly Command[] =>
  command === 'all' ? commands : [command];

/** Whether a policy names a role, a role whose rights it inherits, or everybody. */
export const appliesTo = (
  { toPublic, roles }: PolicyView,
  { name, inherits }: Pick<RoleSummary, 'name' | 'inherits'>,
): boolean => toPublic || roles.some((role) => role === name || inherits.includes(role));

/** Whether a policy is for roles of Tenantry only, which it shows all rows. */
export const isForOurs = (
  { toPublic, roles }: PolicyView,
  letThrough: ReadonlySet<string>,
): boolean => !toPublic && roles.every((role) => letThrough.has(role));

/** Whether this policy binds the rows that a command reads and writes. */
export function binds(policy: PolicyView, command: Command): boolean {
  const reads = command === 'insert' || policy.using?.isolation.bound === true;
  const writes =
    command === 'select' || command === 'delete' || policy.check?.isolation.bound === true;
  return reads && writes && commandsOf(policy).includes(command);
}

/** Whether restrictive policies limit a command to the tenant, whatever other policies allow. */
export const hasFloor = (policies: readonly PolicyView[], command: Command): boolean =>
  policies.some((policy) => !policy.permissive && policy.applies && binds(policy, command));
