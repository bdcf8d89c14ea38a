import { referenceFix, referencesAcross } from './references.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** Deleting a row deletes rows of its own tenant only. */
export const cascadeAcrossTenants: Rule = {
  id: 'cascade-across-tenants',
  group: 'constraints',
  severity: 'error',
  title: 'Deleting a row deletes rows of its own tenant only',
  *find(subject) {
    for (const { table, foreign, constraint } of referencesAcross(subject)) {
      if (constraint.onDelete !== 'cascade') continue;
      yield {
        object: `${table.title}.${constraint.name}`,
        found: `it references ${foreign.title} without the tenant and cascades: a tenant that deletes its row deletes rows of others.`,
        evidence: [constraint.definition],
        fix: 'Replace it by ...reference(t, { column, to, onDelete: "cascade" }), which includes the tenant.',
        fixSql: referenceFix(table, foreign, constraint),
      };
    }
    if (subject.roleBypasses) return;
    // a table without tenants that the role may delete from, referenced by tables with tenants
    for (const constraint of subject.catalogue.constraints) {
      const table = subject.table(constraint.table);
      const foreign = subject.table(constraint.foreignTable);
      if (constraint.kind !== 'foreign' || constraint.onDelete !== 'cascade') continue;
      if (
        table?.ofTenants !== true ||
        foreign === undefined ||
        foreign.ofTenants ||
        foreign.isChild
      )
        continue;
      if (!foreign.reachable || !foreign.rights.includes('DELETE') || foreign.roleOwns) continue;
      yield {
        object: `${table.title}.${constraint.name}`,
        found: `role ${subject.roleName} may delete rows of ${foreign.title}, which belongs to no tenant, and each takes rows of every tenant in ${table.title} with it.`,
        evidence: [constraint.definition],
        fix: `Let only the system role delete rows of ${foreign.title}.`,
        fixSql: [
          `revoke delete on table ${sqlOf(foreign)} from public, ${quoted(subject.roleName)};`,
        ],
      };
    }
  },
};
