import { objectName } from '../../fragments/names.ts';
import type { Expression } from '../expression/expression.ts';
import { isolationOf } from '../expression/isolation.ts';
import type { Condition, PolicyView } from '../subject/policies.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { readsContext } from './policy-functions.ts';

/** Whether the policies of a table act on shards. */
const hasShards = ({ placed }: TableView) => placed !== undefined && placed.kind !== 'local';

/** Whether the policies of a table are those of the dialect citus, or act on shards. */
export const isOnCitus = ({ model }: Pick<Subject, 'model'>, table: TableView) =>
  hasShards(table) || (table.ofTenants && model.tenancy?.dialect === 'citus');

export const onCitus = (subject: Subject): readonly TableView[] =>
  subject.tables.filter((table) => isOnCitus(subject, table));

export const withShards = ({ tables }: Subject): readonly TableView[] => tables.filter(hasShards);

/** Tables whose policies are those of PostgreSQL alone. */
export const onPlainPostgres = (subject: Subject): readonly TableView[] =>
  subject.tenantTables.filter((table) => !isOnCitus(subject, table));

/** The tables whose rows are on the node of their tenant. */
export const distributed = ({ tables }: Subject): readonly TableView[] =>
  tables.filter(({ placed }) => placed?.kind === 'distributed');

/**
 * The functions of a policy that are a constant of the plan: they lead a statement to the shard of the
 * tenant, and a kept plan keeps their answer.
 */
export const constantsOf = (subject: Subject, { functions }: PolicyView): ReadonlySet<string> =>
  new Set(
    functions.flatMap((oid) => {
      const called = subject.function(oid);
      return called?.volatility === 'immutable' && readsContext(called)
        ? [called.name, `${called.schema}.${called.name}`]
        : [];
    }),
  );

/** Whether a policy has the name of one that `generate` makes. */
export const isOurs = ({ name }: TableView, policy: PolicyView): boolean =>
  policy.name.startsWith(objectName(name, 'tenant_isolation'));

/** Whether the comparison with what `generate` makes mends a policy. */
export const isMended = ({ comparison }: Subject, table: TableView, policy: PolicyView): boolean =>
  comparison !== undefined && isOurs(table, policy);

/** Whether a condition binds the tenant without the calls that are left out. */
export const bindsWithout = (
  { expression }: Condition,
  { name, tenantColumn }: TableView,
  isLeftOut: (call: string) => boolean,
): boolean => isolationOf(without(expression, isLeftOut), { name, tenantColumn }).bound;

function without(e: Expression, isLeftOut: (call: string) => boolean): Expression {
  const rest = (each: Expression) => without(each, isLeftOut);
  switch (e.kind) {
    case 'call':
      return isLeftOut(e.name) ? { kind: 'opaque', items: [] } : { ...e, args: e.args.map(rest) };
    case 'and':
    case 'or':
    case 'list':
      return { ...e, items: e.items.map(rest) };
    case 'not':
    case 'is':
    case 'cast':
      return { ...e, item: rest(e.item) };
    case 'compare':
      return { ...e, left: rest(e.left), right: rest(e.right) };
    default:
      return e;
  }
}
