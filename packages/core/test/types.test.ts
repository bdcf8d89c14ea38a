import { EventEmitter } from 'node:events';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { expectTypeOf, test } from 'vitest';
import {
  createTenantPool,
  defineTenancy,
  type ErrorCode,
  type Tenancy,
  type TenantPool,
  TenantryError,
} from '../src/index.ts';
import type { Queryable } from '../src/sql/index.ts';
import '../src/drizzle.ts';

const tenancy = defineTenancy({ tenant: 'workspace', id: 'text' });
const projects = pgTable('projects', {
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  name: text().notNull(),
  ...tenancy.columns.timestamps(),
});

// Never called: what the types promise is checked by the compiler alone.
test('one word for the tenant goes through all types', () => {
  expectTypeOf(tenancy.property).toEqualTypeOf<'workspaceId'>();
  expectTypeOf(tenancy.current).returns.toHaveProperty('workspaceId').toEqualTypeOf<string>();
  expectTypeOf(tenancy).toExtend<Tenancy>();
  expectTypeOf<Parameters<typeof tenancy.run>[0]>().extract<string>().toEqualTypeOf<string>();
  const misspelled = () => {
    // @ts-expect-error the tenant is a workspace here
    void tenancy.run({ organizationId: 'x' }, () => 1);
    // @ts-expect-error system work says why and in whose name
    void tenancy.asSystem({ reason: 'sweep' }, () => 1);
    // @ts-expect-error serial is a column of kind integer
    defineTenancy({ tenant: 'workspace', id: 'serial' });
  };
  expectTypeOf(misspelled).toBeFunction();
});

test('columns have the types that Drizzle infers from them', () => {
  expectTypeOf<typeof projects.$inferSelect>().toEqualTypeOf<{
    workspaceId: string;
    id: string;
    name: string;
    createdAt: Date;
    updatedAt: Date;
  }>();
  // what the database fills in need not be given
  expectTypeOf<{ name: string }>().toExtend<typeof projects.$inferInsert>();
});

test('the pool is a pool of pg, and its batch keeps the types of its queries', () => {
  const use = async (pool: TenantPool<typeof tenancy>) => {
    const db = drizzle(pool);
    const [rows, count, raw] = await pool.batch(() => [
      db.select({ name: projects.name }).from(projects),
      db.$count(projects),
      pool.query<{ one: number }>('select 1 as one'),
    ]);
    expectTypeOf(rows).toEqualTypeOf<{ name: string }[]>();
    expectTypeOf(count).toEqualTypeOf<number>();
    expectTypeOf(raw).toEqualTypeOf<pg.QueryResult<{ one: number }>>();
    expectTypeOf(pool.tenancy.property).toEqualTypeOf<'workspaceId'>();
    expectTypeOf(db).toExtend<Queryable>();
  };
  expectTypeOf(use).toBeFunction();
  expectTypeOf(createTenantPool<typeof tenancy>).returns.toExtend<pg.Pool>();
  expectTypeOf<TenantPool>().toExtend<Queryable>();
});

test('codes of errors are known to the compiler', () => {
  expectTypeOf<'TENANT_CONTEXT_MISSING'>().toExtend<ErrorCode>();
  expectTypeOf<'TENANT_CONTEXT_MISSNG'>().not.toExtend<ErrorCode>();
  const check = (error: unknown) => {
    if (TenantryError.is(error)) expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
    // @ts-expect-error no such code
    return TenantryError.is(error, 'NO_SUCH_CODE');
  };
  expectTypeOf(check).toBeFunction();
});

test('a bound function keeps the types of the function, and waits for a query', () => {
  const emitter = new EventEmitter<{ paid: [invoice: string, cents: number] }>();
  const use = (pool: TenantPool<typeof tenancy>) => {
    const db = drizzle(pool);
    const add = (a: number, b?: string) => `${a}${b}`;
    expectTypeOf(tenancy.bind(add)).parameters.toEqualTypeOf<Parameters<typeof add>>();
    expectTypeOf(tenancy.bind(add)).returns.toEqualTypeOf<string>();
    expectTypeOf(tenancy.bind(async () => 1)).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(tenancy.outside(async () => 1)).returns.toEqualTypeOf<Promise<number>>();
    const list = () => db.select({ name: projects.name }).from(projects);
    expectTypeOf(tenancy.bind(list)).returns.toEqualTypeOf<Promise<{ name: string }[]>>();
    function own(this: { base: number }, a: number) {
      return this.base + a;
    }
    expectTypeOf(tenancy.bind(own)).thisParameter.toEqualTypeOf<{ base: number }>();
    emitter.on(
      'paid',
      tenancy.bind((invoice, cents) => {
        expectTypeOf(invoice).toEqualTypeOf<string>();
        expectTypeOf(cents).toEqualTypeOf<number>();
      }),
    );
    // @ts-expect-error a function, and not what it gives
    tenancy.bind(list());
  };
  expectTypeOf(use).toBeFunction();
});
