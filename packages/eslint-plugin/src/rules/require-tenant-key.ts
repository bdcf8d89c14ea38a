import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { cacheEntries, usualCaches } from '../queries/caches.ts';
import { keyReader, usualTenants } from '../queries/carrying.ts';
import { usualNames } from '../queries/handle.ts';
import { queryReader } from '../queries/query.ts';
import {
  isFunction,
  literalString,
  memberName,
  type Node,
  parentOf,
  unwrap,
} from '../syntax/ast.ts';
import { functionAround, nodesIn } from '../syntax/walk.ts';
import { defineRule, listOf } from './define-rule.ts';
import { isAllowed, notScoped } from './files.ts';

type Messages = 'noTenant' | 'oneResult' | 'useKey';

/** What {@link requireTenantKey} takes. */
interface Options {
  readonly caches: readonly string[];
  readonly tenants: readonly string[];
  readonly makers: readonly string[];
  readonly shared: readonly string[];
  readonly handles: readonly string[];
  readonly react: boolean;
  readonly allow: readonly string[];
}

/** Functions that leave the scope of a tenant. */
const leaves = new Set(['asSystem', 'outside']);

/** A cache outlives the scope, so what one tenant has put there, another tenant may read. */
export const requireTenantKey = defineRule<Messages, Options>(
  {
    name: 'require-tenant-key',
    description: 'The key of a cache carries the tenant',
    type: 'problem',
    hasSuggestions: true,
    messages: {
      noTenant:
        'This key of `{{ by }}` does not carry the tenant: what one tenant has put there, another one reads. Make it with `tenancy.key(…)`.',
      oneResult:
        '`{{ by }}` keeps one result for every tenant: the one of whoever asked first. Use `tenantCache` of `@tenantry/core/next`, or make `tenancy.key(…)` a part of its key.',
      useKey: 'Make it with `tenancy.key`.',
    },
    schema: {
      caches: listOf('Words in the names of caches that several scopes share.'),
      tenants: listOf('Words for tenants: a name such as `teamId` carries the tenant.'),
      makers: listOf('Functions of your own that make keys.'),
      shared: listOf('How keys begin of what all tenants share.'),
      handles: listOf('Names of pools, clients, transactions and databases.'),
      react: { type: 'boolean', description: 'Whether `cache` of React counts.' },
      allow: listOf('Files that are no scoped code; `*` and `**` as in globs.'),
    },
  },
  {
    caches: usualCaches,
    tenants: usualTenants,
    makers: [],
    shared: [],
    handles: usualNames,
    react: false,
    allow: notScoped,
  },
  ({ options, sourceCode, names, types, context, report }) => {
    if (isAllowed(context, options.allow)) return {};
    const { caches, tenants, makers, shared, react, handles } = options;
    const keys = sourceCode.visitorKeys;
    const entries = cacheEntries(names, types, caches, react);
    const carrying = keyReader(names, types, tenants, makers, keys);
    const query = queryReader(names, types, handles);
    const asking = new Map<Node, boolean>();

    /** Whether a function queries, itself or through a function of this file. */
    const asks = (fn: Node): boolean => {
      const known = asking.get(fn);
      if (known !== undefined) return known;
      asking.set(fn, false); // for functions that call each other
      let found = false;
      for (const node of nodesIn(fn, keys)) {
        if (node.type !== 'CallExpression') continue;
        const callee = unwrap(node.callee);
        const own = callee.type === 'Identifier' ? functionOf(callee) : undefined;
        found = query(node) !== undefined || (own !== undefined && asks(own));
        if (found) break;
      }
      asking.set(fn, found);
      return found;
    };

    const functionOf = (node: ESTree.Identifier): Node | undefined => {
      const { definition } = names.binding(node) ?? {};
      if (definition?.type === 'FunctionName') return definition.node as Node;
      const constant = names.constant(node);
      const value = constant === undefined ? undefined : unwrap(constant);
      return isFunction(value) ? value : undefined;
    };

    let tenancyIsNamed: boolean | undefined;
    const isTenantFile = () => {
      tenancyIsNamed ??= sourceCode.ast.tokens.some(
        ({ type, value }) => type === 'Identifier' && /^tenancy$|Tenancy$/.test(value),
      );
      return tenancyIsNamed;
    };

    return {
      CallExpression(node) {
        for (const { parts, by, kept } of entries(node)) {
          const carried = carrying(parts);
          if (carried === 'tenant' || carried === 'unknown') continue;
          const begins = beginning(parts[0]);
          if (begins !== undefined && shared.some((each) => begins.startsWith(each))) continue;
          const around = functionsAround(node);
          if (around === 'no tenant') continue;
          const asked = asks(kept ?? around ?? node);
          // a value from elsewhere may be a key that was made elsewhere
          const certain = carried === 'nothing' && by !== 'cache' && isTenantFile();
          if (!asked && !certain) continue;
          report({
            node: kept === undefined ? (parts[0] ?? node) : node.callee,
            messageId: kept === undefined ? 'noTenant' : 'oneResult',
            data: { by },
            suggest: kept === undefined && parts[0] !== undefined ? byKey(parts[0]) : [],
          });
        }
      },
    };

    function beginning(part: Node | undefined, left = 5): string | undefined {
      const node = part === undefined ? undefined : unwrap(part);
      if (node === undefined || left === 0) return undefined;
      if (node.type === 'TemplateLiteral') return node.quasis[0]?.value.cooked ?? undefined;
      if (node.type === 'BinaryExpression') return beginning(node.left as Node, left - 1);
      if (node.type === 'ArrayExpression')
        return beginning(node.elements[0] ?? undefined, left - 1);
      if (node.type === 'Identifier') return beginning(names.constant(node), left - 1);
      return literalString(node);
    }

    /** `tenancy.key('projects', id)` for `projects:${id}`. */
    function byKey(part: Node): Rule.SuggestionReportDescriptor[] {
      const node = unwrap(part);
      const given =
        node.type === 'TemplateLiteral'
          ? node.quasis.flatMap(({ value }, i) => {
              const expression = node.expressions[i];
              const text = expression === undefined ? [] : [sourceCode.getText(expression)];
              return [...quoted(value.cooked ?? ''), ...text];
            })
          : quoted(literalString(node) ?? '');
      if (given.length === 0) return [];
      const text = `tenancy.key(${given.join(', ')})`;
      return [{ messageId: 'useKey', fix: (fixer) => fixer.replaceText(node, text) }];
    }
  },
);

const quoted = (text: string): string[] =>
  text
    .split(':')
    .filter((part) => part !== '')
    .map(
      (part) =>
        `'${JSON.stringify(part).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`,
    );

/**
 * The outermost function that runs with a node: the one around it, and those around which run it at once.
 * A handler that is only registered is a function of its own.
 */
function functionsAround(node: Node): Node | undefined | 'no tenant' {
  let fn = functionAround(node);
  while (fn !== undefined && isFunction(fn)) {
    const call = parentOf(fn);
    if (call?.type !== 'CallExpression') return fn;
    const callee = unwrap(call.callee);
    if (callee.type === 'MemberExpression' && leaves.has(memberName(callee) ?? '')) {
      return 'no tenant';
    }
    if (parentOf(call)?.type === 'ExpressionStatement' && call.callee !== fn) return fn;
    const outer = functionAround(call);
    if (outer === undefined) return fn;
    fn = outer;
  }
  return fn;
}
