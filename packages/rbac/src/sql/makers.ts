import { type Ddl, type FunctionMarks, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { Names } from './tables.ts';

/** A function that runs as whoever calls, so that policies, rights and the grant ceiling apply. */
export const asCaller = (
  { both }: Pick<Names, 'both'>,
  signature: Ddl,
  body: Ddl,
  marks?: FunctionMarks,
): SqlFunction => sqlFunction(signature, { callers: both, ...marks }, body);

/** A function that runs as the system role; only functions of this package call it, and `callers`. */
export const asSystem = (
  { system }: Pick<Names, 'system'>,
  signature: Ddl,
  body: Ddl,
  marks?: FunctionMarks,
): SqlFunction => sqlFunction(signature, { owner: system, ...marks }, body);
