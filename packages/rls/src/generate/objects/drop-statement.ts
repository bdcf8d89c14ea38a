import { type Ddl, ddl, name } from '@tenantry/core/sql';
import type { MadeObject, ObjectId } from './types.ts';

/** A signature as SQL: `"tenantry"."can"(text)`. */
function signature(schema: string, of: string): Ddl {
  const at = of.indexOf('(');
  return ddl`${name(schema, of.slice(0, at))}${{ sql: of.slice(at) }}`;
}

/** The statement that drops an object; undefined for objects that may hold rows, and for roles. */
export function dropStatement(object: MadeObject): string | undefined {
  const { kind, schema, relation } = object;
  const own = name(object.name);
  const on = name(schema, relation);
  switch (kind) {
    case 'function':
      return ddl`drop function if exists ${signature(schema, object.name)};`.sql;
    case 'view':
      return ddl`drop view if exists ${name(schema, object.name)};`.sql;
    case 'trigger':
      return ddl`drop trigger if exists ${own} on ${on};`.sql;
    case 'policy':
      return ddl`drop policy if exists ${own} on ${on};`.sql;
    case 'foreign key':
    case 'constraint':
      return ddl`alter table ${on} drop constraint if exists ${own};`.sql;
    case 'index':
      return ddl`drop index if exists ${name(schema, object.name)};`.sql;
    case 'default':
      return ddl`alter table ${on} alter column ${own} drop default;`.sql;
    case 'grant':
      return object.text === '' ? undefined : revoke(object);
    default:
      return undefined;
  }
}

function revoke({ of = 'table', schema, relation, name: role }: ObjectId): string {
  const target = of === 'function' ? signature(schema, relation) : name(schema, relation);
  const from: Ddl = role === 'public' ? { sql: 'public' } : name(role);
  if (of === 'role') return ddl`revoke ${name(relation)} from ${from};`.sql;
  if (of === 'schema') return ddl`revoke all on schema ${name(schema)} from ${from};`.sql;
  const word: Ddl = { sql: of === 'view' ? 'table' : of };
  return ddl`revoke all on ${word} ${target} from ${from};`.sql;
}
