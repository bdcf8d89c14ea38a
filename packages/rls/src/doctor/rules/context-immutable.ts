import { policyFunctions, sqlOfFunction, titleOfFunction } from './policy-functions.ts';
import type { Rule } from './rule.ts';

/** What a policy calls is not taken for a constant. */
export const contextImmutable: Rule = {
  id: 'context-immutable',
  group: 'policies',
  severity: 'error',
  title: 'What a policy calls is not taken for a constant',
  *find(subject) {
    for (const { function: called, policies } of policyFunctions(subject)) {
      const readsContext = called.argCount === 0 || /current_setting|\bselect\b/i.test(called.body);
      if (called.volatility !== 'immutable' || !readsContext) continue;
      yield {
        object: titleOfFunction(called),
        found: `the function is IMMUTABLE: a cached plan keeps its first answer, and the next tenant of the connection gets the rows of the first.`,
        evidence: policies,
        fix: 'Declare it STABLE.',
        fixSql: [`alter function ${sqlOfFunction(called)} stable;`],
      };
    }
  },
};
