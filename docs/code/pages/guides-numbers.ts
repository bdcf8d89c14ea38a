import { defineIsolation } from '@tenantry/rls';
import { tenancy } from '../tenancy.ts';

export type { TableDeclarations } from '@tenantry/rls/model';
export { date } from 'drizzle-orm/pg-core';
export const { numbered } = defineIsolation(tenancy);
