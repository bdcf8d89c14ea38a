import { listed, quoted, type Rule } from './rule.ts';

/** A sequence does not tell how much others write. */
export const sequenceReadable: Rule = {
  id: 'sequence-readable',
  group: 'constraints',
  severity: 'warning',
  title: 'A sequence does not tell how much others write',
  *check({ catalogue, table, roleName, roleBypasses }) {
    if (roleBypasses) return;
    for (const sequence of catalogue.sequences) {
      const owner = table(sequence.table);
      if (
        owner?.ofTenants !== true ||
        owner.roleOwns ||
        !(sequence.roleMayRead || sequence.roleMaySet)
      )
        continue;
      const title =
        sequence.schema === 'public' ? sequence.name : `${sequence.schema}.${sequence.name}`;
      yield {
        object: title,
        found: `role ${roleName} may ${listed([...(sequence.roleMayRead ? ['read'] : []), ...(sequence.roleMaySet ? ['set'] : [])])} the sequence, which all tenants share: it counts what they write${sequence.roleMaySet ? ', and can be set back to make their inserts fail' : ''}.`,
        fix: 'Grant USAGE only.',
        fixSql: [
          `revoke select, update on sequence ${quoted(sequence.schema, sequence.name)} from public, ${quoted(roleName)};`,
        ],
      };
    }
  },
};
