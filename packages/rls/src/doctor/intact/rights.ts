import { name } from '@tenantry/core/sql';
import type { GeneratedObject } from '../../generate/index.ts';

/** The privileges in ALL, by kind of object and server version. */
function all(of: string, version: number): readonly string[] {
  switch (of) {
    case 'function':
      return ['execute'];
    case 'schema':
      return ['create', 'usage'];
    case 'sequence':
      return ['select', 'update', 'usage'];
    default:
      return ['delete', 'insert', 'references', 'select', 'trigger', 'truncate', 'update'].concat(
        version >= 170_000 ? 'maintain' : [],
      );
  }
}

/** The privileges that a grant of `generate` gives a role, each once, sorted. */
export function wantedPrivileges(
  { of = 'table', text }: GeneratedObject,
  version: number,
): string[] {
  const said = text.split(', ').filter(Boolean);
  return [...new Set(said.flatMap((each) => (each === 'all' ? all(of, version) : [each])))].sort();
}

/** `"tenantry"."can"(text)`; the table, the schema or the sequence of a grant as SQL. */
export function targetOf({ of = 'table', schema, relation }: GeneratedObject): string {
  if (of === 'schema') return `schema ${name(schema).sql}`;
  if (of === 'function') {
    const at = relation.indexOf('(');
    return `function ${name(schema, relation.slice(0, at)).sql}${relation.slice(at)}`;
  }
  return `${of === 'sequence' ? 'sequence' : 'table'} ${name(schema, relation).sql}`;
}

/** Revokes all rights of a role and grants the intended ones. */
export function rightsRepair(
  object: GeneratedObject,
  role: string,
  privileges: readonly string[],
): string[] {
  const target = targetOf(object);
  const to = role === 'public' ? 'public' : name(role).sql;
  const columns = new Map<string, string[]>();
  const whole: string[] = [];
  for (const privilege of privileges) {
    const [, word = '', column] = /^(\w+) \((.*)\)$/s.exec(privilege) ?? [];
    if (column === undefined) whole.push(privilege);
    else columns.set(word, [...(columns.get(word) ?? []), name(column).sql]);
  }
  const parts = [...whole, ...[...columns].map(([word, list]) => `${word} (${list.join(', ')})`)];
  return [
    `revoke all on ${target} from ${to};`,
    ...(parts.length === 0 ? [] : [`grant ${parts.join(', ')} on ${target} to ${to};`]),
  ];
}
