import { is, SQL } from 'drizzle-orm';
import { PgDialect, pgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { defineTenancy } from '../src/index.ts';
import '../src/drizzle.ts';

test.each([
  { id: 'uuid', context: 'plain' },
  { id: 'uuid', context: 'signed' },
  { id: 'text', context: 'plain' },
] as const)(
  'no default of a fragment ends in a cast, which drizzle-kit 1.0 would cut off: %o',
  (given) => {
    const { columns } = defineTenancy({ tenant: 'organization', ...given });
    const table = pgTable('notes', {
      ...columns.scoped(),
      id: columns.id(),
      ...columns.timestamps(),
    });
    const defaults = [table.organizationId, table.id, table.createdAt].map((column) => {
      if (!is(column.default, SQL)) throw new Error(`${column.name} has no default in SQL`);
      return new PgDialect().sqlToQuery(column.default).sql;
    });
    for (const each of defaults) expect(each).not.toMatch(/::[\w."\s-]+$/);
  },
);
