import type { Rule } from './rule.ts';

/** The dialect of the tenancy is that of the database. */
export const citusDialectDiffers: Rule = {
  id: 'citus-dialect-differs',
  group: 'server',
  severity: 'error',
  title: 'The dialect of the tenancy is that of the database',
  *find({ catalogue: { server }, model: { tenancy }, tables }) {
    if (tenancy === undefined) return;
    if (tenancy.dialect === 'citus') {
      if (server.citus) return;
      yield {
        object: `database ${server.database}`,
        found:
          'the tenancy is of dialect citus, and this database has no extension citus: no statement of a tenant gets a context.',
        fix: "Connect to the coordinator of the cluster, or leave dialect: 'citus' out, then run `npx tenantry generate` and your migrations.",
      };
      return;
    }
    const placed = tables.filter((table) => table.ofTenants && table.placed !== undefined);
    if (placed.length === 0) return;
    yield {
      object: `database ${server.database}`,
      found:
        'the tenancy is of dialect postgres, and Citus keeps tables of tenants: the context does not reach the workers, and what is restrictive here opens rows there.',
      evidence: placed.map(({ title, placed }) => `${title}: ${placed?.kind}`),
      fix: "Say defineTenancy({ …, dialect: 'citus' }), then run `npx tenantry generate` and your migrations.",
    };
  },
};
