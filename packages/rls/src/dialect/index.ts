import type { Tenancy } from '@tenantry/core';
import type { Dialect } from './dialect.ts';
import { postgres } from './postgres.ts';

/** The dialect of a tenancy; there is one today. */
export const dialectOf = (_tenancy: Tenancy): Dialect => postgres;
