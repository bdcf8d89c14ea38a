import { binds, hasFloor } from '../subject/policies.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { listed, quoted, type Rule, sqlOf } from './rule.ts';

const namedIn = (body: string, table: string) =>
  new RegExp(
    `(?:from|join)\\s+(?:only\\s+)?(?:[\\w"]+\\.)?"?${table.replace(/[^\w]/g, '.')}"?\\b`,
    'i',
  ).test(body);

/** The tables named in a function body; each body is parsed once. */
function tablesIn(subject: Subject): (oid: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  return (oid) => {
    const found = known.get(oid);
    if (found !== undefined) return found;
    const body = subject.function(oid)?.body ?? '';
    const tables = /\b(from|join)\b/i.test(body) ? subject.catalogue.tables : [];
    const named = tables.filter((table) => namedIn(body, table.name)).map((table) => table.oid);
    known.set(oid, named);
    return named;
  };
}

const isBound = (table: TableView, command: 'insert' | 'update') =>
  hasFloor(table.policies, command) ||
  table.policies
    .filter((p) => p.permissive && p.applies && (p.command === 'all' || p.command === command))
    .every((p) => binds(p, command));

/** Nobody writes what policies believe. */
export const policyLookupWritable: Rule = {
  id: 'policy-lookup-writable',
  group: 'policies',
  severity: 'error',
  title: 'Nobody writes what policies believe',
  *find(subject) {
    const { roleBypasses, roleName } = subject;
    if (roleBypasses) return;
    const tablesOf = tablesIn(subject);
    const readers = new Map<number, Set<string>>();
    for (const table of subject.tenantTables) {
      for (const policy of table.policies) {
        const mentioned = policy.functions.flatMap(tablesOf);
        for (const oid of [...policy.relations, ...mentioned]) {
          readers.set(oid, (readers.get(oid) ?? new Set()).add(`${table.title}.${policy.name}`));
        }
      }
    }
    for (const [oid, policies] of readers) {
      const lookup = subject.table(oid);
      if (lookup === undefined || !lookup.reachable) continue;
      const writes = lookup.rights.filter((right) => right === 'INSERT' || right === 'UPDATE');
      // rows that are bound to the tenant affect only that tenant
      const bound =
        lookup.rls &&
        (lookup.forced || !lookup.roleOwns) &&
        writes.every((right) =>
          right === 'INSERT' ? isBound(lookup, 'insert') : isBound(lookup, 'update'),
        );
      if (writes.length === 0 || bound) continue;
      yield {
        object: lookup.title,
        found: `role ${roleName} may ${listed(writes)} rows of ${lookup.title}, which policies ask who may see what: it can make itself a member of any tenant.`,
        evidence: [...policies],
        fix: 'Isolate the table, or let only the system role write it.',
        fixSql: [
          `revoke insert, update on table ${sqlOf(lookup)} from public, ${quoted(roleName)};`,
        ],
      };
    }
  },
};
