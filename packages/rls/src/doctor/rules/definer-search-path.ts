import { isPinned, sqlOfFunction, titleOfFunction } from './policy-functions.ts';
import type { Rule } from './rule.ts';

/** A security definer function pins its search_path. */
export const definerSearchPath: Rule = {
  id: 'definer-search-path',
  group: 'objects',
  severity: 'error',
  title: 'A function with the rights of its owner pins its search_path',
  *find({ catalogue: { functions, triggers } }) {
    const fired = new Set(triggers.map((trigger) => trigger.function));
    for (const each of functions) {
      // another rule checks functions that policies call
      if (!each.definer || each.inPolicy || isPinned(each)) continue;
      if (!each.roleMayExecute && !fired.has(each.oid)) continue;
      if (each.language === 'c' || each.language === 'internal') continue;
      yield {
        object: titleOfFunction(each),
        found: `it runs with the rights of ${each.owner}, and ${each.searchPath === null ? 'has no search_path of its own' : 'its search_path does not end in pg_temp'}: whoever calls it can put tables of its own in the place of those that it means.`,
        fix: 'Pin the search_path, and name the schema of everything in the function.',
        fixSql: [`alter function ${sqlOfFunction(each)} set search_path = pg_catalog, pg_temp;`],
      };
    }
  },
};
