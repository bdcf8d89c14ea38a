import { generate } from '@tenantry/rls/generate';
import { pgTable } from 'drizzle-orm/pg-core';
import { pgTable as pgTable10 } from 'drizzle-orm-rc/pg-core';
import { expect, test, vi } from 'vitest';
import { application } from '../fixtures/application.ts';
import * as schema from '../fixtures/schema.ts';
import { fragmentsText } from '../support/fragments-text.ts';

// Not a mock: the same imports reach Drizzle 1.0 instead of 0.45.
vi.mock('drizzle-orm', () => import('drizzle-orm-rc'));
vi.mock('drizzle-orm/pg-core', () => import('drizzle-orm-rc/pg-core'));

test('this file runs on Drizzle 1.0', () => {
  expect(pgTable).toBe(pgTable10);
});

test('the fragments build the same tables', async () => {
  await expect(fragmentsText(schema)).toMatchFileSnapshot('../fixtures/fragments.txt');
});

test('the generator writes the same SQL', async () => {
  const { sections } = generate(application);
  const text = sections.flatMap(({ statements }) => statements).join('\n');
  await expect(text).toMatchFileSnapshot('../fixtures/generated.sql');
});
