import type { FunctionFacts } from '../catalogue/model.ts';
import type { Subject } from '../subject/types.ts';
import { titleOfFunction } from './policy-functions.ts';
import { listed, type Rule } from './rule.ts';

/** A trigger on a tenant table does not run with the rights of somebody else. */
export const definerTrigger: Rule = {
  id: 'definer-trigger',
  group: 'objects',
  severity: 'warning',
  title: 'A trigger of a tenant’s table does not work past the policies',
  *find(subject) {
    const fired = new Map<number, Set<string>>();
    for (const trigger of subject.catalogue.triggers) {
      const table = subject.table(trigger.table);
      if (table?.ofTenants !== true || !trigger.enabled) continue;
      fired.set(trigger.function, (fired.get(trigger.function) ?? new Set()).add(table.title));
    }
    for (const [oid, tables] of fired) {
      const each = subject.function(oid);
      if (each === undefined || !each.definer || !each.ownerBypasses) continue;
      // generated functions are compared as a whole
      if (each.schema === subject.model.tenancy?.schema || isCopy(each, subject)) continue;
      if (/current_tenant\s*\(|current_setting\s*\(|\b(new|old)\./i.test(each.body)) continue;
      yield {
        object: titleOfFunction(each),
        found: `it runs with the rights of ${each.owner}, whom no policy binds, for each change of ${listed([...tables])}, and asks neither for the tenant nor for the row.`,
        fix: 'Make it SECURITY INVOKER, or compare with the tenant of the row inside.',
      };
    }
  },
};

/** Whether it is a generated function whose tables are those of its own schema: that of a tenant. */
function isCopy(each: FunctionFacts, { catalogue, model }: Subject): boolean {
  const bare = ({ body }: FunctionFacts, schema: string) => body.replaceAll(`"${schema}".`, '');
  const text = bare(each, each.schema);
  return catalogue.functions.some(
    (ours) =>
      ours.schema === model.tenancy?.schema &&
      ours.name === each.name &&
      ours.owner === each.owner &&
      // what else it names of the shared schema stays
      bare(ours, 'public') === text.replaceAll('"public".', ''),
  );
}
