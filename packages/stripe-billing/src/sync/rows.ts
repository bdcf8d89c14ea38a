import type { Catalog } from '../plans/catalog.ts';
import type { Own } from './entitlement.ts';
import { earliest, iso, latest } from './seconds.ts';
import { endsAt, type Snapshot } from './snapshot.ts';

/** A row as it stands in its table. */
export type Row = Readonly<Record<string, unknown>>;

const isTime = /(?:At|Start|End|Since|Until)$/;

/** Fields as the database takes them: times as ISO 8601. */
const withTimes = (fields: object): Row =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      typeof value === 'number' && isTime.test(field) ? iso(value) : value,
    ]),
  );

/** The same by the names of columns: `periodEnd` is `period_end`. */
const rowOf = (fields: object): Row =>
  Object.fromEntries(
    Object.entries(withTimes(fields)).map(([field, value]) => [
      field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );

/** The rows of a snapshot, by column name. */
export function snapshotRows({ subscriptions, invoices }: Snapshot, catalog: Catalog) {
  return {
    subscriptions: subscriptions.map(({ items, ...fields }) =>
      rowOf({
        ...fields,
        plan:
          items.map((item) => catalog.meaning(item)).find((m) => m?.role === 'base')?.name ?? null,
        endsAt: endsAt({ items, ...fields }),
        periodStart: earliest(items.map(({ periodStart }) => periodStart)),
        periodEnd: latest(items.map(({ periodEnd }) => periodEnd)),
      }),
    ),
    items: subscriptions.flatMap(({ items }) =>
      items.map(({ subscription: subscriptionId, isMetered: _, ...item }) => {
        const { role = null, name = null } = catalog.meaning(item) ?? {};
        return rowOf({ ...item, subscriptionId, role, name });
      }),
    ),
    invoices: invoices.map(({ subscription: subscriptionId, ...fields }) =>
      rowOf({ ...fields, subscriptionId }),
    ),
  };
}

export type SnapshotRows = ReturnType<typeof snapshotRows>;

/** What a customer gives, as `billing_apply` expects it. */
export const ownInput = ({ keeps: _, unknownStatuses: __, ...own }: Own): Row => withTimes(own);
