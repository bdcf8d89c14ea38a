import type { Drift } from '@tenantry/rls/feature';
import type { HeldRows } from '../answers.ts';
import type { AddOnRow, PlanRow } from '../definition/plans.ts';
import type { Definition } from '../sql/model.ts';

/** The differences between the rows of the code and those of the database. */
export function driftOf({ planRows, addOnRows }: Definition, held: HeldRows): Drift[] {
  const planTerms = ({ limit, enabled, enforcement, graceDays }: PlanRow) => ({
    limit,
    enabled,
    enforcement,
    graceDays,
  });
  const addOnTerms = ({ units }: AddOnRow) => ({ units });
  return [
    ...differences('plan feature', planRows, held.plans, ({ plan }) => plan, planTerms),
    ...differences('add-on feature', addOnRows, held.addOns, ({ addOn }) => addOn, addOnTerms),
  ];
}

function differences<Row extends { readonly feature: string }>(
  what: string,
  code: readonly Row[],
  database: readonly Row[],
  ownerOf: (row: Row) => string,
  terms: (row: Row) => object,
): Drift[] {
  const keyOf = (row: Row) => `${ownerOf(row)} ${row.feature}`;
  const byKey = (rows: readonly Row[]) =>
    new Map(rows.map((row) => [keyOf(row), JSON.stringify(terms(row))]));
  const [wanted, found] = [byKey(code), byKey(database)];
  return [...new Set([...wanted.keys(), ...found.keys()])].sort().flatMap((key): Drift[] => {
    const [mine, theirs] = [wanted.get(key), found.get(key)];
    if (mine === theirs) return [];
    return [
      {
        feature: 'plan-limits',
        what,
        key,
        kind: theirs === undefined ? 'missing' : mine === undefined ? 'unknown' : 'changed',
        found: `${what} ${key} is ${mine ?? 'not'} in the code and ${theirs ?? 'not'} in the database.`,
      },
    ];
  });
}
