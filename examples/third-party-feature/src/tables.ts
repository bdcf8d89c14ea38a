import type { Tenancy } from '@tenantry/core';
import { type ColumnsLike, defineIsolation } from '@tenantry/rls';
import { columnTypes as c, markTable, tableOf } from '@tenantry/rls/feature';

/** The table of notes: columns to spread into `pgTable`, and rules for its third argument. */
export function notesTable<T extends Tenancy>(tenancy: T) {
  const { isolate } = defineIsolation(tenancy as Tenancy);
  return Object.freeze({
    columns: () => ({
      ...(tenancy.columns.scoped() as ReturnType<T['columns']['scoped']>),
      id: tenancy.columns.id() as ReturnType<T['columns']['id']>,
      body: c.required(c.text('body')),
      lockedBy: c.text('locked_by'),
      lockedUntil: c.time('locked_until'),
    }),
    rules(t: ColumnsLike) {
      markTable(tableOf(t.id as (typeof t)[string]), 'acme-notes:notes');
      return isolate(t as never); // a tenant reads and writes its own notes
    },
  });
}
