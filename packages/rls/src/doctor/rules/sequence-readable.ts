import { titleOf } from '../../model/table.ts';
import type { TableView } from '../subject/types.ts';
import { listed, quoted, type Rule } from './rule.ts';

/** A table that only the system role writes; tenants must not read the sequence of its key. */
const isClosed = ({ isolation, rights }: TableView, hasTenancy: boolean): boolean =>
  hasTenancy && isolation !== undefined && !rights.includes('INSERT');

/** A sequence does not tell how much others write. */
export const sequenceReadable: Rule = {
  id: 'sequence-readable',
  group: 'constraints',
  severity: 'warning',
  title: 'A sequence does not tell how much others write',
  *find({ catalogue, table, roleName, roleBypasses, model }) {
    if (roleBypasses) return;
    for (const sequence of catalogue.sequences) {
      const owner = table(sequence.table);
      // with a tenancy, a sequence without a table is shared by all roles that may use it
      const counts = owner?.ofTenants ?? (model.tenancy !== undefined && sequence.table === 0);
      const closed = owner !== undefined && isClosed(owner, model.tenancy !== undefined);
      if (!(counts || closed) || owner?.roleOwns) continue;
      // ours counts changes of routes, and the role compares it with every statement
      const counted = sequence.schema === model.tenancy?.schema && sequence.name === 'route_epoch';
      const rights = [
        sequence.roleMayRead && !counted && 'read',
        sequence.roleMaySet && 'set',
        // for a role that may not insert, drawing numbers only reveals how many were drawn
        closed && sequence.roleMayUse && 'draw from',
      ].filter((word) => word !== false);
      if (rights.length === 0) continue;
      yield {
        object: titleOf(sequence),
        found: `role ${roleName} may ${listed(rights)} the sequence, which all tenants share: it counts what they write${sequence.roleMaySet ? ', and can be set back to make their inserts fail' : ''}.`,
        fix: closed ? 'Take every right away: the role writes nothing there.' : 'Grant USAGE only.',
        fixSql: [
          `revoke ${closed ? 'all' : 'select, update'} on sequence ${quoted(sequence.schema, sequence.name)} from public, ${quoted(roleName)};`,
        ],
      };
    }
  },
};
