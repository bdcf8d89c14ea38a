import { readFileSync } from 'node:fs';

const read = (file: string) =>
  readFileSync(new URL(`../../../rls/test/adopt/${file}`, import.meta.url), 'utf8');

/** Text ids with a prefix, with rows. */
export const prefixedIds = read('applications/prefixed-ids.sql');

/** An application without tenants, and without rows. */
export const singleUser = read('single-user.sql');

/** Its organizations: two users to each. */
export const organizations = read('single-user.organizations.sql');
