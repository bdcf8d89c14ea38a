import { type SQL, sql } from 'drizzle-orm';
import { text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Ddl } from '../sql/ddl.ts';
import type { IdKind } from './ids.ts';

// The types come from Drizzle's public functions, never from its internal names. Those differ between
// 0.45 and 1.0, and a missing name would silently turn every column into `any`.
type Required<B extends { notNull(): unknown }> = ReturnType<B['notNull']>;
type Defaulted<B extends { default(value: never): unknown }> = ReturnType<B['default']>;
type RequiredWithDefault<B extends { notNull(): { default(value: never): unknown } }> = Defaulted<
  Required<B>
>;
type UuidColumn = RequiredWithDefault<ReturnType<typeof uuid>>;
type TextColumn = RequiredWithDefault<ReturnType<typeof text>>;
type TimeColumn = RequiredWithDefault<ReturnType<typeof timestamp>>;

/** The column type of an id kind. */
export type IdColumn<K extends IdKind> = K extends 'uuid' ? UuidColumn : TextColumn;

/** Column fragments that spread into the user's own `pgTable`. */
export interface TenancyColumns<P extends string, K extends IdKind> {
  /**
   * The tenant column: not null, filled with the current tenant.
   *
   * Emits `organization_id uuid not null default <the tenant>`. The default reads the setting of the
   * transaction and raises an error when there is none. It is an inline expression, as in the policies,
   * because a plpgsql call costs an insert 3 µs.
   */
  scoped(): { [Key in P]: IdColumn<K> };
  /**
   * An id that cannot be guessed: `uuid default gen_random_uuid()`, or for text ids 32 random
   * hexadecimal digits. It is not a primary key by itself: `isolate(t)` makes (tenant, id) the key.
   * @param name the column's name. Default: 'id'.
   */
  id(name?: string): IdColumn<K>;
  /**
   * `created_at` and `updated_at`: timestamptz, not null, now(). Updates through Drizzle set
   * `updated_at`.
   */
  timestamps(): { createdAt: TimeColumn; updatedAt: TimeColumn };
}

const idColumn = <K extends IdKind>(kind: K, name: string): IdColumn<K> => {
  const column =
    kind === 'uuid'
      ? uuid(name).notNull().default(sql`gen_random_uuid()`)
      : text(name).notNull().default(sql`replace(gen_random_uuid()::text, '-', '')`);
  return column as IdColumn<K>;
};

const tenantColumn = <K extends IdKind>(kind: K, name: string, current: SQL): IdColumn<K> => {
  const column =
    kind === 'uuid' ? uuid(name).notNull().default(current) : text(name).notNull().default(current);
  return column as IdColumn<K>;
};

const timeColumn = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow();

/** Makes the column fragments of a tenancy. */
export function columnFragments<P extends string, K extends IdKind>(
  property: P,
  column: string,
  kind: K,
  tenant: Ddl,
): TenancyColumns<P, K> {
  // In parentheses, because drizzle-kit 1.0 cuts a cast off the end of a default.
  const current = sql.raw(`(${tenant.sql})`);
  return {
    scoped: () =>
      ({ [property]: tenantColumn(kind, column, current) }) as {
        [Key in P]: IdColumn<K>;
      },
    id: (name = 'id') => idColumn(kind, name),
    timestamps: () => ({
      createdAt: timeColumn('created_at') as unknown as TimeColumn,
      updatedAt: timeColumn('updated_at').$onUpdateFn(() => new Date()) as unknown as TimeColumn,
    }),
  };
}
