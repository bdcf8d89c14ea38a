import type { Tenancy, TenantOption } from '@tenantry/core';
import { TenantryError } from '@tenantry/core';
import { type Queryable, tenantOption } from '@tenantry/core/sql';
import type {
  DescribedAllowance,
  DescribedChange,
  DescribedList,
  FeatureDescription,
} from '@tenantry/rls/feature';
import type { EntitlementChange, ReportRow } from '../answers.ts';
import { call, callFor } from '../calls.ts';
import type { Definition } from '../sql/model.ts';
import { usageOf } from './report.ts';

/** The read model of a tenant's limits; in a system scope without a tenant, of the plans themselves. */
export async function describe(
  { tenancy, defaultPlan }: Definition,
  db: Queryable,
  options: TenantOption<string> | undefined,
): Promise<FeatureDescription> {
  const made = { feature: 'plan-limits', title: 'Plan and limits' };
  if (tenantOption(tenancy, options) === undefined && !isInTenant(tenancy)) {
    const { plans, addOns } = await call(db, 'limit_rows');
    const lists = [list('plans', 'Plans', plans), list('addOns', 'Add-ons', addOns)];
    return { ...made, lists, allowances: [], changes: [] };
  }
  const report = await callFor(db, tenancy, options, 'limit_report', null, null);
  const changes = await callFor(db, tenancy, options, 'limit_changes', 20);
  const [first] = report;
  const plan = first && { plan: first.plan, readOnly: first.readOnly };
  const overrides = report.flatMap(({ feature, overrides: all }) =>
    all.map(({ mode, value, startsAt, endsAt, reason, actor }) => ({
      feature,
      mode,
      value,
      startsAt,
      endsAt,
      reason,
      actor,
    })),
  );
  const held = report.flatMap(({ feature, addOns }) =>
    addOns.map(({ addOn, quantity, units }) => ({ addOn, feature, quantity, units })),
  );
  return {
    ...made,
    lists: [
      list('plan', 'Plan', plan === undefined ? [] : [plan]),
      list('overrides', 'Exceptions', overrides),
      list('addOns', 'Add-ons', held),
    ],
    allowances: report.map(allowance),
    changes: changes.map((change) => described(change, defaultPlan)),
  };
}

const shown = 100;

const list = (id: string, title: string, rows: readonly object[]): DescribedList => ({
  id,
  title,
  rows: rows.slice(0, shown) as DescribedList['rows'],
  more: rows.length > shown,
});

function allowance(row: ReportRow): DescribedAllowance {
  const { feature, included, readOnly, enforcement, remaining, used, limit, graceUntil, resetsAt } =
    usageOf(row);
  const fits = row.kind === 'flag' || enforcement === 'soft' || remaining === null || remaining > 0;
  return {
    key: feature,
    allowed: included && !readOnly && fits,
    used,
    limit: row.kind === 'flag' ? null : limit,
    until: graceUntil ?? resetsAt,
  };
}

/** One line of the history; the columns of a plan may have other names in the database. */
function described(
  { at, subject, key, state, actor }: EntitlementChange,
  defaultPlan: string,
): DescribedChange {
  const of = (column: string) => String(state?.[column] ?? '');
  const given: Readonly<Record<EntitlementChange['subject'], () => string>> = {
    plan: () => `plan ${of('plan') || defaultPlan}`,
    override: () => `exception ${of('feature')} ${of('mode')} ${of('value') || 'unlimited'}`,
    add_on: () => `add-on ${key} × ${of('quantity')}`,
    plan_feature: () => `plan ${key.replace('/', ' ')} ${of('limit_value') || 'unlimited'}`,
    add_on_feature: () => `add-on ${key.replace('/', ' ')} ${of('units') || 'unlimited'}`,
  };
  const what = state === null ? `${subject.replaceAll('_', ' ')} ${key} removed` : given[subject]();
  const who = actor?.user ?? actor?.system;
  return { at, what, actor: who === undefined ? null : String(who) };
}

function isInTenant(tenancy: Tenancy): boolean {
  try {
    tenancy.current();
    return true;
  } catch (error) {
    if (TenantryError.is(error) && error.code === 'TENANT_CONTEXT_MISSING') return false;
    throw error;
  }
}
