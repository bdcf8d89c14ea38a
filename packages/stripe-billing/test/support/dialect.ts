/**
 * The dialect of the schema of the tests. A file on a cluster, alone in its process, sets it before it imports
 * the schema.
 */
export const testDialect: { is: 'postgres' | 'citus' } = { is: 'postgres' };
