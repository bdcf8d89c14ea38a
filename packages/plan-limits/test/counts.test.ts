import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { counted, counter, defineLimits, flag, inFuture, type LimitRule } from '../src/index.ts';
import { isolate, tenancy } from './fixtures/tenancy.ts';

// What `limits.counts(t, …)` refuses: some when the table is declared, the rest when the SQL is written.
const define = () =>
  defineLimits(tenancy, {
    features: {
      notes: counted(),
      figures: counted({ mode: 'counter' }),
      calls: counter({ per: 'day' }),
      sso: flag(),
    },
    plans: { free: { notes: 3 } },
    defaultPlan: 'free',
  });
type Limits = ReturnType<typeof define>;
const columns = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  state: text(),
  endsAt: timestamp('ends_at', { withTimezone: true }),
});
const table = (name: string, rules: (t: never) => LimitRule[]) =>
  pgTable(name, columns(), (t) => rules(t as never));

/** Generates with a table whose rules are these. */
function sqlOf(limits: Limits, tables: Record<string, unknown>, features = [limits]) {
  const { tables: parts, counts } = limits;
  const { tenants } = defineIsolation(tenancy);
  const schema = {
    organizations: pgTable(
      'organizations',
      { id: tenancy.columns.id().primaryKey(), ...parts.tenants.columns() },
      (t) => [...tenants(t), ...parts.tenants.rules(t)],
    ),
    figures: table('figures', (t) => [...isolate(t), ...counts(t, 'figures')]),
    planFeatures: pgTable('plan_features', parts.planFeatures.columns(), (t) => [
      ...parts.planFeatures.rules(t),
    ]),
    usageCounters: pgTable('usage_counters', parts.usageCounters.columns(), (t) => [
      ...parts.usageCounters.rules(t),
    ]),
    usageEvents: pgTable('usage_events', parts.usageEvents.columns(), (t) => [
      ...parts.usageEvents.rules(t),
    ]),
    ...tables,
  };
  return generate({ tenancy, schema, features }).sections.flatMap(({ statements }) => statements);
}

const invalid = (found: string) =>
  expect.objectContaining({ code: 'CONFIG_INVALID', found: expect.stringContaining(found) });

test('rows of several tables add up, each with its own condition', () => {
  const limits = define();
  const text = sqlOf(limits, {
    late: table('late_notes', (t) => [
      ...isolate(t),
      ...limits.counts(t, 'notes', { state: null }),
    ]),
    notes: table('notes', (t) => [...isolate(t), ...limits.counts(t, 'notes')]),
  }).join('\n');
  expect(text).toMatch(
    /from "public"."late_notes" c where .* and \(c."state" is null\) union all select 1 from "public"."notes" c/,
  );
});

test.each([
  [['a', 'b'], `c."state" in ('a', 'b')`],
  [[], 'false'],
  [[null], '(c."state" is null)'],
  [[null, inFuture], '(c."state" is null or c."state" > statement_timestamp())'],
  [['a', null, 'b'], `(c."state" in ('a', 'b') or c."state" is null)`],
])('a list of which one must match: %j', (state, wanted) => {
  const limits = define();
  const text = sqlOf(limits, {
    notes: table('notes', (t) => [...isolate(t), ...limits.counts(t, 'notes', { state })]),
  }).join('\n');
  expect(text).toContain(`and (${wanted})`);
});

describe('is refused where the table is declared:', () => {
  test.each<[string, (limits: Limits, t: never) => LimitRule[], string]>([
    ['a feature that is none', ({ counts }, t) => counts(t, 'nothing' as never), 'no feature'],
    ['a counter', ({ counts }, t) => counts(t, 'calls' as never), 'a counter of defineLimits'],
    ['a name of every object', ({ counts }, t) => counts(t, 'toString' as never), 'no feature'],
    [
      'a property that is none',
      ({ counts }, t) => counts(t, 'notes', { stat: 'x' } as never),
      'on stat, which is no property',
    ],
    [
      'a figure of rows that stop to count by themselves',
      ({ counts }, t) => counts(t, 'figures', { endsAt: inFuture } as never),
      "its mode is 'counter'",
    ],
    [
      'one of a list',
      ({ counts }, t) => counts(t, 'figures', { endsAt: [null, inFuture] } as never),
      "its mode is 'counter'",
    ],
  ])('%s', (_, rules, found) => {
    const limits = define();
    const notes = table('notes', (t) => [...isolate(t), ...rules(limits, t)]);
    expect(() => sqlOf(limits, { notes })).toThrow(invalid(found));
    expect(() => sqlOf(limits, { notes })).toThrow(invalid('on table notes'));
  });
});

describe('is refused where the SQL is written:', () => {
  test('a feature without a table', () => {
    expect(() => sqlOf(define(), {})).toThrow(
      invalid('feature notes, which counts rows, and no table'),
    );
  });

  test('a table without a tenant', () => {
    const limits = define();
    const { shared } = defineIsolation(tenancy);
    const notes = pgTable('notes', { id: text().primaryKey() }, (t) => [
      ...shared(t),
      ...limits.counts(t, 'notes'),
    ]);
    expect(() => sqlOf(limits, { notes })).toThrow(
      invalid('table notes, which has no column for the tenant'),
    );
  });

  test('two conditions of one feature on one table', () => {
    const limits = define();
    const notes = table('notes', (t) => [
      ...isolate(t),
      ...limits.counts(t, 'notes', { state: 'open' } as never),
      ...limits.counts(t, 'notes', { state: 'late' } as never),
    ]);
    expect(() => sqlOf(limits, { notes })).toThrow(invalid("two different counts(t, 'notes')"));
  });

  test('a mark of other limits', () => {
    const limits = define();
    const others = defineLimits(tenancy, {
      features: { memos: counted() },
      plans: { free: {} },
      defaultPlan: 'free',
    });
    const notes = table('notes', (t) => [...isolate(t), ...limits.counts(t, 'notes')]);
    const memos = table('memos', (t) => [...isolate(t), ...others.counts(t, 'memos')]);
    expect(() => sqlOf(limits, { notes, memos })).toThrow(
      invalid("counts(t, 'memos') on table memos, and these limits count no memos"),
    );
  });
});
