import { testDatabase } from '@tenantry/testing/vitest';
import { vi } from 'vitest';
import { bulkTests } from '../support/bulk-tests.ts';

// Not a mock: the same imports reach Drizzle 1.0 instead of 0.45.
vi.mock('drizzle-orm', () => import('drizzle-orm-rc'));
vi.mock('drizzle-orm/pg-core', () => import('drizzle-orm-rc/pg-core'));
vi.mock('drizzle-orm/node-postgres', () => import('drizzle-orm-rc/node-postgres'));

const database = await testDatabase();
await bulkTests(database.url);
