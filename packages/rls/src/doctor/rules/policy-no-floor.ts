import { binds } from '../subject/policies.ts';
import { listed, onPlainPostgres, quoted, type Rule, sqlOf } from './rule.ts';

const commands = ['select', 'insert', 'update', 'delete'] as const;

/** A restrictive policy holds whatever policy is added later. */
export const policyNoFloor: Rule = {
  id: 'policy-no-floor',
  group: 'policies',
  severity: 'warning',
  title: 'A restrictive policy holds whatever policy is added later',
  *find(subject) {
    for (const table of onPlainPostgres(subject)) {
      if (!table.rls || table.policies.length === 0) continue;
      const open = commands.filter(
        (command) => !table.policies.some((p) => !p.permissive && p.toPublic && binds(p, command)),
      );
      if (open.length === 0) continue;
      const bound = table.policies.find((p) => p.permissive && p.using?.isolation.bound);
      yield {
        object: table.title,
        found: `nothing but permissive policies protects ${open.length === 4 ? 'it' : listed(open.map((c) => c.toUpperCase()))}: permissive policies are ORed, so the next one can open what this one closes.`,
        fix: 'Add a restrictive policy TO PUBLIC with the same condition.',
        ...(bound?.using !== undefined && {
          fixSql: [
            `create policy ${quoted(`${table.name}_tenant_floor`.slice(0, 63))} on ${sqlOf(table)} as restrictive for all to public\n  using (${bound.using.text}) with check (${bound.using.text});`,
          ],
        }),
      };
    }
  },
};
