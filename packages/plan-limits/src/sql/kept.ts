import type { Ddl } from '@tenantry/core/sql';

/** Expired rows of a table: those of them where `old` holds. */
export interface Kept {
  readonly part: string;
  readonly path: Ddl;
  readonly old: Ddl;
}
