import type { Tenancy } from '@tenantry/core';
import { citus } from './citus.ts';
import type { Dialect } from './dialect.ts';
import { postgres } from './postgres.ts';

/** The dialect of a tenancy. */
export const dialectOf = ({ dialect }: Tenancy): Dialect =>
  dialect === 'citus' ? citus : postgres;
