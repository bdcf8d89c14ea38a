import type {
  KyselyBigint,
  KyselyBigintOrNull,
  KyselyColumn,
  KyselyGenerated,
  KyselyTenant,
} from '@tenantry/rls/feature';

type Json = KyselyColumn<unknown>;
type Now = KyselyGenerated<Date>;

interface PlanState {
  plan: string | null;
  plan_anchor: Date | null;
  plan_time_zone: string | null;
  plan_period_end: Date | null;
  trial_plan: string | null;
  trial_ends_at: Date | null;
  plan_read_only: KyselyGenerated<boolean>;
  plan_source: string | null;
  plan_version: KyselyBigintOrNull;
}

interface History {
  id: KyselyColumn<string, never, never>;
  subject: string;
  key: string;
  state: Json;
  actor: Json;
  at: Now;
}

/**
 * The tables of limits for Kysely, by their names in the database. `Column` is the tenant column, `Id` the
 * id of tenants in TypeScript.
 *
 * @example
 * ```ts
 * interface Database extends LimitsDatabase { projects: ProjectsTable }
 * ```
 */
export interface LimitsDatabase<Column extends string = 'organization_id', Id = string> {
  plan_features: {
    plan: string;
    feature: string;
    limit_value: KyselyBigintOrNull;
    enabled: KyselyGenerated<boolean>;
    enforcement: KyselyGenerated<string>;
    grace_days: KyselyGenerated<number>;
    seeded: Json;
    updated_at: Now;
  };
  plan_state: KyselyTenant<Column, Id> & PlanState;
  feature_overrides: KyselyTenant<Column, Id> & {
    id: KyselyGenerated<Id>;
    feature: string;
    mode: string;
    value: KyselyBigintOrNull;
    starts_at: Now;
    ends_at: Date | null;
    reason: string;
    actor: string;
    created_at: Now;
  };
  add_on_features: { add_on: string; feature: string; units: KyselyBigintOrNull; seeded: Json };
  add_ons: KyselyTenant<Column, Id> & { add_on: string; quantity: number };
  usage_counters: KyselyTenant<Column, Id> & {
    feature: string;
    period_start: Date;
    period_end: Date;
    used: KyselyBigint;
  };
  usage_events: KyselyTenant<Column, Id> & {
    feature: string;
    key: string;
    amount: KyselyBigint;
    state: string;
    period_start: Date;
    answer: KyselyColumn<Record<string, unknown>>;
    expires_at: Date | null;
    created_at: Now;
  };
  limit_states: KyselyTenant<Column, Id> & {
    feature: string;
    keeps: KyselyBigintOrNull;
    exceeded_at: Now;
    grace_until: Date;
  };
  limit_events: KyselyTenant<Column, Id> & {
    id: KyselyGenerated<Id>;
    feature: string;
    threshold: number;
    used: KyselyBigint;
    limit_value: KyselyBigint;
    plan: string;
    created_at: Now;
  };
  entitlement_history: { [K in Column]: Id } & History;
  plan_history: History;
}
