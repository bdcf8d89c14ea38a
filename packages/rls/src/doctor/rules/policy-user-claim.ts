import { everything } from '../expression/expression.ts';
import type { Rule } from './rule.ts';

/** A policy believes nothing that users say of themselves. */
export const policyUserClaim: Rule = {
  id: 'policy-user-claim',
  group: 'policies',
  severity: 'error',
  title: 'A policy believes nothing that users say of themselves',
  *find({ tables }) {
    for (const table of tables) {
      for (const policy of table.policies) {
        for (const { expression, text } of policy.conditions) {
          const parts = [...everything(expression)];
          const metadata = parts.some(
            (part) =>
              (part.kind === 'text' && part.value === 'user_metadata') ||
              (part.kind === 'column' && part.path.at(-1) === 'raw_user_meta_data'),
          );
          const email = parts.some((part) => part.kind === 'call' && part.name === 'auth.email');
          if (!metadata && !email) continue;
          yield {
            object: `${table.title}.${policy.name}`,
            severity: metadata ? 'error' : 'warning',
            found: metadata
              ? 'the policy reads user_metadata, which each user writes for itself: whoever names another tenant there is in it.'
              : 'the policy reads the address of the user, which users change and providers spell in more than one way: rows are lost with it, or found by whoever takes it over.',
            evidence: [text],
            fix: metadata
              ? 'Read app_metadata, which only the server writes; or the membership.'
              : 'Compare the id of the user.',
          };
          break;
        }
      }
    }
  },
};
