import { referenceFix, referencesAcross } from './references.ts';
import type { Rule } from './rule.ts';

/** A row references rows of its own tenant only. */
export const referenceWithoutTenant: Rule = {
  id: 'reference-without-tenant',
  group: 'constraints',
  severity: 'error',
  title: 'A row references rows of its own tenant only',
  *find(subject) {
    for (const { table, foreign, constraint } of referencesAcross(subject)) {
      if (constraint.onDelete === 'cascade') continue; // another rule reports it
      yield {
        object: `${table.title}.${constraint.name}`,
        found: `it references ${foreign.title} without the tenant: foreign keys are checked past the policies, so a row can point at a row of another tenant, and learn that it exists.`,
        evidence: [constraint.definition],
        fix: 'Replace it by ...reference(t, { column, to }), which includes the tenant.',
        fixSql: referenceFix(table, foreign, constraint),
      };
    }
  },
};
