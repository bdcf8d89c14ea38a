import type { FunctionFacts } from '../catalogue/model.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { quoted } from './rule.ts';

/**
 * The functions of users that policies of tenant tables call, and those policies.
 * @param among tables of the subject. Default: all.
 */
export function policyFunctions(
  subject: Subject,
  among: readonly TableView[] = subject.tables,
): {
  readonly function: FunctionFacts;
  readonly policies: readonly string[];
}[] {
  const callers = new Map<number, string[]>();
  for (const table of among.filter((each) => each.ofTenants)) {
    for (const policy of table.policies) {
      for (const oid of policy.functions) {
        const known = callers.get(oid) ?? [];
        callers.set(oid, known);
        known.push(`${table.title}.${policy.name}`);
      }
    }
  }
  return [...callers].flatMap(([oid, policies]) => {
    const called = subject.function(oid);
    return called === undefined ? [] : [{ function: called, policies: shortened(policies) }];
  });
}

const shortened = (policies: readonly string[]) =>
  policies.length > 5
    ? [...policies.slice(0, 5), `and ${policies.length - 5} more policies`]
    : policies;

/** Whether a function answers from something else than its arguments. */
export const readsContext = ({ argCount, body }: FunctionFacts): boolean =>
  argCount === 0 || /current_setting|\bselect\b/i.test(body);

/** `tenantry.enter(text, text, text)` */
export const titleOfFunction = (each: FunctionFacts): string =>
  `${each.schema === 'public' ? '' : `${each.schema}.`}${each.name}(${each.args})`;

export const sqlOfFunction = (each: FunctionFacts): string =>
  `${quoted(each.schema, each.name)}(${each.args})`;

/** Whether names in a function resolve to the same objects for every caller, also with temporary tables. */
export function isPinned({ searchPath, body }: FunctionFacts): boolean {
  // a body that is parsed at creation (BEGIN ATOMIC) contains no names any more
  if (/^\s*(BEGIN ATOMIC|RETURN )/.test(body)) return true;
  if (searchPath === null) return false;
  const path = searchPath.split(',').map((part) => part.trim().replaceAll('"', ''));
  return path.join('') === '' || path.at(-1) === 'pg_temp';
}
