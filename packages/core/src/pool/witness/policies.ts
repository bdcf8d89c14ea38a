import type { FieldDescription } from '../../wire/result.ts';
import type { PooledSession } from '../pooled-session.ts';
import { askOne } from './ask.ts';

interface Found {
  readonly column: string | null;
  readonly relation: 'r' | 'p' | 'v' | 'm' | 'f';
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly bypasses: boolean;
  readonly policies: readonly string[];
}

const policiesQuery = `
select pg_catalog.json_build_object(
  'column', (select a.attname from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = $2),
  'relation', c.relkind, 'enabled', c.relrowsecurity, 'forced', c.relforcerowsecurity,
  'bypasses', (select r.rolsuper or r.rolbypassrls from pg_catalog.pg_roles r where r.rolname = $3),
  'policies', array(select p.polname from pg_catalog.pg_policy p where p.polrelid = c.oid order by p.polname))::text
from pg_catalog.pg_class c where c.oid = $1`;

/**
 * Describes what guards the table of a column: whether row-level security is on, and its policies.
 * @param role the role that reads it
 */
export async function policiesOf(
  session: PooledSession,
  { tableID = 0, columnID = 0 }: FieldDescription,
  role: string,
): Promise<string> {
  const text = await askOne(session, policiesQuery, [String(tableID), String(columnID), role]);
  if (text === null || text === undefined) return 'the table does not exist any more';
  const { column, relation, enabled, forced, bypasses, policies } = JSON.parse(text) as Found;
  const of = `column ${column ?? columnID}`;
  if (relation === 'v' || relation === 'm')
    return `${of}; a view that reads with the rights of its owner`;
  const on = bypasses ? `on, and role ${role} bypasses it` : forced ? 'on' : 'on, and not forced';
  const state = enabled ? on : 'off';
  const names = policies.length === 0 ? 'it has no policy' : `its policies: ${policies.join(', ')}`;
  return `${of}; row-level security is ${state}; ${names}`;
}
