import { TenantryError } from '@tenantry/core';
import type { Section } from './section.ts';

const created = /^(?:\s|--.*\n)*create or replace function tenantry\."?(\w+)"?\(/i;
const policy = /\bcreate policy \S+ on (\S+)([^;]*);/gi;
const called = /\btenantry\."?(\w+)"?\(/g;

/**
 * Refuses policies that call a function which nothing here creates: fragments of a feature are in the
 * schema, and the configuration does not list the feature. The migration would fail, or the policies
 * would, at the first statement.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkCalls(sections: readonly Section[]): void {
  const statements = sections.flatMap((each) => each.statements);
  const made = new Set(statements.flatMap((each) => created.exec(each)?.[1] ?? []));
  const missing = new Map<string, Set<string>>();
  for (const statement of statements) {
    for (const [, table = '', terms = ''] of statement.matchAll(policy)) {
      for (const [, name = ''] of terms.matchAll(called)) {
        if (made.has(name)) continue;
        missing.set(name, (missing.get(name) ?? new Set()).add(table));
      }
    }
  }
  if (missing.size === 0) return;
  const found = [...missing].map(
    ([name, tables]) => `tenantry.${name}() in policies of ${[...tables].join(', ')}`,
  );
  throw new TenantryError('CONFIG_INVALID', {
    found: `${found.join('; ')}, and no feature of the configuration creates it.`,
    fix: 'List the feature in `features` of tenantry.config.ts; when it goes, take its fragments out of the schema too: isolate(t) in place of rbac.isolate(t).',
  });
}
