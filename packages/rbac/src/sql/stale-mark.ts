import type { Ddl } from '@tenantry/core/sql';

/** What marks a member whose permissions have to be worked out anew. */
export const stale: Ddl = { sql: `'-infinity'::timestamptz` };
