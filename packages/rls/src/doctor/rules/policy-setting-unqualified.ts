import { everything } from '../expression/expression.ts';
import type { Rule } from './rule.ts';

/** The setting that a policy reads can be set. */
export const policySettingUnqualified: Rule = {
  id: 'policy-setting-unqualified',
  group: 'policies',
  severity: 'warning',
  title: 'The setting that a policy reads is one that can be set',
  *find({ tables }) {
    for (const table of tables) {
      for (const policy of table.policies) {
        const names = policy.conditions.flatMap(({ expression }) =>
          [...everything(expression)].flatMap((part) => {
            if (part.kind !== 'call' || !/^(pg_catalog\.)?current_setting$/.test(part.name))
              return [];
            const [first] = part.args.map((arg) => (arg.kind === 'cast' ? arg.item : arg));
            return first?.kind === 'text' && !first.value.includes('.') ? [first.value] : [];
          }),
        );
        if (names.length === 0) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found: `the policy reads the setting ${names[0]}, whose name has no dot: it is one of the server's own, or none that anybody can set.`,
          evidence: policy.conditions.map(({ text }) => text),
          fix: `Name it with a prefix, as the application sets it: app.${names[0]}.`,
        };
      }
    }
  },
};
