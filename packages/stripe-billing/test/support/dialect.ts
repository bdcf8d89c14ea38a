/** The dialect of the schema of the tests. A file on a cluster sets it before it imports the schema. */
export const testDialect: { is: 'postgres' | 'citus' } = { is: 'postgres' };
