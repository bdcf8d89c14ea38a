import { expect, test, vi } from 'vitest';

const refuse = vi.hoisted(() => () => {
  throw new Error('drizzle-orm was loaded');
});
vi.mock('drizzle-orm', refuse);
vi.mock('drizzle-orm/pg-core', refuse);

const entries = [
  '../src/index.ts',
  '../src/adapter/index.ts',
  '../src/errors/index.ts',
  '../src/fastify/index.ts',
  '../src/hono.ts',
  '../src/resolvers/index.ts',
  '../src/resolvers/jwt.ts',
  '../src/scope/index.ts',
  '../src/sql/index.ts',
];

test.each(entries)('%s loads without Drizzle', async (entry) => {
  expect(await import(entry)).toBeDefined();
});

test('only columns of Drizzle need it, and say so', async () => {
  const { defineTenancy } = await import('../src/index.ts');
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
  expect(tenancy.column).toBe('organization_id');
  for (const make of [
    tenancy.columns.scoped,
    () => tenancy.columns.id(),
    tenancy.columns.timestamps,
  ])
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  await expect(import('../src/drizzle.ts')).rejects.toThrow();
});
