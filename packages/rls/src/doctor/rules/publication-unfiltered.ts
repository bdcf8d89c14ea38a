import type { Rule } from './rule.ts';

/** What is replicated is replicated on purpose. */
export const publicationUnfiltered: Rule = {
  id: 'publication-unfiltered',
  group: 'objects',
  severity: 'warning',
  title: 'What is replicated is replicated on purpose',
  *find({ catalogue: { publications, role, logins }, tenantTables }) {
    const tenants = new Set(tenantTables.map((table) => table.oid));
    const replicates = [role, ...logins].some((each) => each?.replication === true);
    for (const publication of publications) {
      const carried = publication.unfiltered.filter((oid) => tenants.has(oid)).length;
      if (!publication.allTables && carried === 0) continue;
      yield {
        object: `publication ${publication.name}`,
        severity: replicates ? 'error' : 'warning',
        found: `it sends ${publication.allTables ? 'every table' : `${carried} tables of tenants`} without a row filter: whoever subscribes has the rows of all tenants, and no policy is asked.`,
        fix: 'Add a row filter, or see that only systems that may know all tenants subscribe, and ignore the finding with that reason.',
      };
    }
  },
};
