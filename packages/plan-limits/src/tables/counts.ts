import { check, checkType, typeName } from '@tenantry/core/errors';
import type { ColumnLike, ColumnsLike } from '@tenantry/rls';
import { markTable, nameOf, type TableLike, tableOf } from '@tenantry/rls/feature';
import { type CountCondition, inFuture, isAccepted } from '../definition/conditions.ts';
import type { LimitFeatures } from '../definition/plans.ts';
import { type CountMark, countsMark } from './marks.ts';
import type { LimitRule } from './rules.ts';

/** Makes `limits.counts`: it marks a table, and `Feature.sql` finds the marked tables. */
export function countsOf(features: LimitFeatures) {
  const marked = new WeakMap<TableLike, readonly CountMark[]>();
  return (t: ColumnsLike, feature: string, where: CountCondition = {}): LimitRule[] => {
    checkType(t, 'object', 't of counts');
    checkType(feature, 'string', 'feature of counts');
    checkType(where, 'object', 'condition of counts');
    const table = tableOf(Object.values(t)[0] as ColumnLike, 't of counts');
    const what = `counts(t, ${JSON.stringify(feature)}) on table ${nameOf(table)}`;
    const counted = Object.hasOwn(features, feature) ? features[feature] : undefined;
    check(
      counted?.kind === 'count',
      `${what}, and ${feature} is ${counted === undefined ? 'no feature' : `a ${counted.kind}`} of defineLimits`,
      `Define it: features: { ${feature}: counted() }.`,
    );
    const kept = Object.fromEntries(
      Object.entries(where).filter(([, value]) => value !== undefined),
    );
    for (const [property, value] of Object.entries(kept)) {
      check(
        isAccepted(value),
        `${what} with a condition on ${property} of type ${typeName(value)}`,
        'Use a text, a number, true, false, null, isSet, inFuture, a list of these, or { not }.',
      );
      check(
        t[property] !== undefined,
        `${what} with a condition on ${property}, which is no property of the table`,
        'Name columns by their properties in the schema.',
      );
    }
    check(
      counted.mode === 'live' || !Object.values(kept).flat().includes(inFuture),
      `${what} with inFuture, and its mode is 'counter': such a row stops to count without being written`,
      "Leave mode: 'counter' out: a live count looks at the clock.",
    );
    // Drizzle runs the rules of a table more than once
    const others = (marked.get(table) ?? []).filter(
      (each) => each.feature !== feature || JSON.stringify(each.where) !== JSON.stringify(kept),
    );
    const all = [...others, Object.freeze({ feature, where: Object.freeze(kept) })];
    marked.set(table, all);
    markTable(table, countsMark, all);
    return []; // nothing for drizzle-kit to write
  };
}
