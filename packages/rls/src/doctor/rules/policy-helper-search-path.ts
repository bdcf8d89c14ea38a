import { isPinned, policyFunctions, sqlOfFunction, titleOfFunction } from './policy-functions.ts';
import type { Rule } from './rule.ts';

/** What a policy calls means the same for everybody. */
export const policyHelperSearchPath: Rule = {
  id: 'policy-helper-search-path',
  group: 'policies',
  severity: 'error',
  title: 'What a policy calls means the same for everybody',
  *find(subject) {
    for (const { function: called, policies } of policyFunctions(subject)) {
      if (called.language === 'c' || called.language === 'internal' || isPinned(called)) continue;
      yield {
        object: titleOfFunction(called),
        found:
          called.searchPath === null
            ? 'the function has no search_path of its own: whoever calls it decides which tables and functions its names mean.'
            : 'its search_path does not end in pg_temp: a temporary table shadows the one that it reads.',
        evidence: policies,
        fix: 'Pin the search_path, and name the schema of everything in the function.',
        fixSql: [`alter function ${sqlOfFunction(called)} set search_path = pg_catalog, pg_temp;`],
      };
    }
  },
};
