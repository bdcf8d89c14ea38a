import { isOnCitus } from './on-citus.ts';
import {
  policyFunctions,
  readsContext,
  sqlOfFunction,
  titleOfFunction,
} from './policy-functions.ts';
import type { Rule } from './rule.ts';

/** What a policy calls is not taken for a constant. */
export const contextImmutable: Rule = {
  id: 'context-immutable',
  group: 'policies',
  severity: 'error',
  title: 'What a policy calls is not taken for a constant',
  *find(subject) {
    // on Citus a constant leads to the shard, and another rule looks for what isolates beside it
    const tables = subject.tables.filter((table) => !isOnCitus(subject, table));
    for (const { function: called, policies } of policyFunctions(subject, tables)) {
      if (called.volatility !== 'immutable' || !readsContext(called)) continue;
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
