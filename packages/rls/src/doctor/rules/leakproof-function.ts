import { sqlOfFunction, titleOfFunction } from './policy-functions.ts';
import type { Rule } from './rule.ts';

/** No function of users claims to be leakproof. */
export const leakproofFunction: Rule = {
  id: 'leakproof-function',
  group: 'objects',
  severity: 'error',
  title: 'No function of users claims to be leakproof',
  *find({ catalogue: { functions } }) {
    for (const each of functions) {
      if (!each.leakproof) continue;
      yield {
        object: titleOfFunction(each),
        found:
          'the function is LEAKPROOF: the planner may call it with rows of other tenants before the policy has taken them away.',
        fix: 'Take the mark away, unless its code neither shows nor raises anything of its arguments.',
        fixSql: [`alter function ${sqlOfFunction(each)} not leakproof;`],
        needsSuperuser: true,
      };
    }
  },
};
