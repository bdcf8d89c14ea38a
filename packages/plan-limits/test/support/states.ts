import fc from 'fast-check';
import { expect } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import type { LimitsDatabase } from './database.ts';
import { type Feature, features, type Plan } from './features.ts';
import { Model } from './model.ts';
import type { Step } from './step.ts';

const key = fc.constantFrom('k1', 'k2', 'k3');
const amount = fc.constantFrom(1, 5, 10, 40, 100);
const plan = fc.constantFrom<Plan>('free', 'pro', 'small', 'enterprise', 'none');
const anchor = fc.constantFrom<(number | null)[]>(null, 0, 1, 2);
const rows = fc.constantFrom(1, 2, 3, 9);
const feature = fc.constantFrom<Feature>(...features);
const counted = fc.constantFrom<'projects' | 'documents'>('projects', 'documents');
const is = <T extends Step['do']>(...names: T[]) => fc.constantFrom(...names);

/** Any step; the frequent ones are those that change what the others meet. */
export const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: is('consume'), amount, key: fc.option(key) }) },
  { weight: 4, arbitrary: fc.record({ do: is('reserve'), amount, key }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: is('confirm'), key, amount: fc.option(fc.constantFrom(0, 3, 40)) }),
  },
  { weight: 5, arbitrary: fc.record({ do: is('refund', 'release'), key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('timePasses', 'clear', 'graceEnds', 'trialEnds', 'overridesEnd'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: is('setPlan', 'updatePlan'), plan, anchor }) },
  { weight: 1, arbitrary: fc.record({ do: is('startTrial'), plan }) },
  { weight: 1, arbitrary: fc.record({ do: is('readOnly'), is: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: is('override'), feature, set: fc.constantFrom(null, 0, 5, 60) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: is('override'), feature, add: fc.constantFrom(-5, 20) }),
  },
  { weight: 3, arbitrary: fc.record({ do: is('insert'), feature: counted, rows }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete'), feature: counted, rows }) },
  { weight: 2, arbitrary: fc.record({ do: is('activate', 'deactivate'), rows }) },
) as fc.Arbitrary<Step>;

/** Does a step in the database; the code of what refuses it, or null. */
async function perform(
  database: LimitsDatabase,
  organization: string,
  step: Step,
): Promise<string | null> {
  const { pool, ask, system } = database;
  const organizationId = organization;
  const options = { reason: 'r', actor: 'a', organizationId };
  const ids = (table: string, where: string, n: number) =>
    `(select id from ${table} where organization_id = $1 and ${where} order by id limit ${n})`;
  const run = async (): Promise<unknown> => {
    switch (step.do) {
      case 'consume':
        return limits.consume(
          pool,
          'apiCalls',
          step.amount,
          step.key === null ? {} : { key: step.key },
        );
      case 'reserve':
        return limits.reserve(pool, 'apiCalls', step.amount, {
          key: step.key,
          expiresInSeconds: 3600,
        });
      case 'confirm':
        return limits.confirm(pool, 'apiCalls', {
          key: step.key,
          ...(step.amount !== null && { amount: step.amount }),
        });
      case 'refund':
      case 'release':
        return limits[step.do](pool, 'apiCalls', { key: step.key });
      case 'timePasses':
        return ask(
          "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1 and state = 'reserved'",
          [organization],
        );
      case 'clear':
        return ask('select tenantry.usage_expire($1, $2, 1000)', [organization, 'apiCalls']);
      case 'graceEnds':
        return ask(
          "update limit_states set grace_until = now() - interval '1 s' where organization_id = $1",
          [organization],
        );
      case 'overridesEnd':
        // so long ago that no grace follows from it: those have their tests in `grace`
        return ask(
          "update feature_overrides set starts_at = now() - interval '9 d', ends_at = now() - interval '8 d' where organization_id = $1",
          [organization],
        ).then(() => ask('delete from tenantry.limit_changed where tenant = $1', [organization]));
      case 'override':
        return system(() =>
          limits.addOverride(pool, {
            ...options,
            feature: step.feature,
            ...(step.add === undefined ? { set: step.set ?? 'unlimited' } : { add: step.add }),
          }),
        );
      case 'readOnly':
        return ask('update organizations set plan_read_only = $2 where id = $1', [
          organization,
          step.is,
        ]);
      case 'setPlan':
        return system(() =>
          limits.setPlan(pool, {
            organizationId,
            plan: step.plan,
            source: 'x',
            ...(step.anchor !== null && { periodStart: anchorOf(step.anchor) }),
          }),
        );
      case 'updatePlan':
        return ask(
          'update organizations set plan = $2, plan_anchor = coalesce($3, plan_anchor) where id = $1',
          [organization, step.plan, step.anchor === null ? null : anchorOf(step.anchor)],
        );
      case 'startTrial':
        return system(() =>
          limits.startTrial(pool, {
            organizationId,
            plan: step.plan,
            endsAt: new Date(Date.now() + 86_400_000),
          }),
        );
      case 'trialEnds':
        return ask(
          "update organizations set trial_ends_at = now() - interval '8 d' where id = $1",
          [organization],
        );
      case 'insert':
        return step.feature === 'projects'
          ? pool.query(
              `insert into projects (name) select 'p' from generate_series(1, ${step.rows}) returning organization_id`,
            )
          : pool.query(
              `insert into documents (title) select 'd' from generate_series(1, ${step.rows}) returning organization_id`,
            );
      case 'delete':
        return ask(
          `delete from ${step.feature} where id in ${ids(step.feature, step.feature === 'projects' ? 'true' : 'not is_draft', step.rows)}`,
          [organization],
        );
      case 'activate':
        return ask(
          `update documents set is_draft = false where id in ${ids('documents', 'is_draft', step.rows)}`,
          [organization],
        );
      case 'deactivate':
        return ask(
          `update documents set is_draft = true where id in ${ids('documents', 'not is_draft', step.rows)}`,
          [organization],
        );
    }
  };
  return database
    .in(organization, run)
    .then(() => null)
    .catch((error) => (error.code === 'TN001' ? error.message.split(':')[0] : error.code));
}

const day = 86_400_000;
const now = Date.now();
/** Begins of the running month that do not meet: in the days before now. */
const anchorOf = (n: number) => new Date(now - (10 - 3 * n) * day);

/** Runs steps in the model and in the database, and compares them after each. */
export async function runSteps(database: LimitsDatabase, all: readonly Step[]): Promise<void> {
  const organization = await database.organization('free');
  await database.ask('update organizations set plan_anchor = $2 where id = $1', [
    organization,
    anchorOf(0),
  ]);
  const model = new Model();
  for (const step of all) {
    const expected = model.apply(step);
    const found = await perform(database, organization, step);
    const usage = await database.in(organization, () => limits.usage(database.pool));
    const seen = features.map((name) => {
      const { used, limit } = usage.find(({ feature }) => feature === name) ?? {};
      return { name, used, limit };
    });
    expect({ step, found, seen }).toEqual({
      step,
      found: expected,
      seen: features.map((name) => {
        const used = model.shown(name);
        return { name, used, limit: model.limit(name, used) };
      }),
    });
  }
  // nothing of it outlives the organization but its history
  await database.ask('delete from projects where organization_id = $1', [organization]);
  await database.ask('delete from organizations where id = $1', [organization]);
  for (const table of [
    'usage_counters',
    'usage_events',
    'limit_states',
    'feature_overrides',
    'limit_events',
  ]) {
    expect(
      await database.ask(`select from ${table} where organization_id = $1`, [organization]),
      table,
    ).toEqual([]);
  }
}
