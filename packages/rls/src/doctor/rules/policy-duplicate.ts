import { quoted, type Rule, sqlOf } from './rule.ts';

/** No policy says what another says already. */
export const policyDuplicate: Rule = {
  id: 'policy-duplicate',
  group: 'policies',
  severity: 'info',
  title: 'No policy says what another of its table says already',
  *find({ tables }) {
    for (const table of tables) {
      const seen = new Map<string, string>();
      for (const policy of table.policies) {
        const { command, permissive, toPublic, roles, using, check } = policy;
        const key = JSON.stringify([
          command,
          permissive,
          toPublic,
          roles,
          using?.text,
          check?.text,
        ]);
        const first = seen.get(key);
        if (first === undefined) {
          seen.set(key, policy.name);
          continue;
        }
        yield {
          object: `${table.title}.${policy.name}`,
          found: `the policy says the same as ${first}: whoever changes one of them changes nothing, or half.`,
          fix: 'Drop one of the two.',
          fixSql: [`drop policy ${quoted(policy.name)} on ${sqlOf(table)};`],
        };
      }
    }
  },
};
