import ts from 'typescript';
import type { Exported, Surface } from './surface.ts';

/** A rule of the grammar: a text for each place that breaks it. */
export type GrammarRule = (surface: Surface) => string[];

const isType = (each: Exported) =>
  each.declarations.some(
    (d) => ts.isInterfaceDeclaration(d) || ts.isTypeAliasDeclaration(d) || ts.isClassDeclaration(d),
  );

/** One name of a type has one declaration, whatever entry exports it. */
export const oneMeaning: GrammarRule = ({ exports }) => {
  const found = new Map<string, Map<ts.Symbol, string>>();
  for (const each of exports.filter(isType)) {
    const meanings = found.get(each.name) ?? new Map<ts.Symbol, string>();
    if (!meanings.has(each.symbol)) meanings.set(each.symbol, each.entry);
    found.set(each.name, meanings);
  }
  return [...found]
    .filter(([, meanings]) => meanings.size > 1)
    .map(([name, meanings]) => `${name}: ${[...meanings.values()].sort().join(', ')}`);
};

/** Words that say nothing alone. */
const bare = [
  'Rule',
  'Who',
  'Of',
  'Per',
  'part',
  'count',
  'Check',
  'Explanation',
  'Options',
  'Table',
];

/** No exported name is bare, or a name of Drizzle's. */
export const ownNames: GrammarRule = ({ exports, ofDrizzle }) =>
  exports
    .filter(({ name }) => bare.includes(name) || ofDrizzle.has(name))
    .map(({ entry, name }) => `${entry} ${name}`);

/** An option, a result or an error detail names the tenant by the tenancy's own word. */
export const ownWord: GrammarRule = ({ exports }) =>
  eachDeclaration(exports).flatMap(([name, declaration]) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) {
        const property = node.name.getText();
        if (property === 'tenant' || property === 'tenantId') found.push(`${name}.${property}`);
      }
      if (!ts.isBlock(node)) ts.forEachChild(node, visit);
    };
    visit(declaration);
    return found;
  });

const databases: Readonly<Record<string, readonly string[]>> = {
  Queryable: ['db'],
  TenantPool: ['pool', 'db'],
  Pool: ['pool', 'db'],
};

/** A first parameter that takes a database is called `db`, `pool` or `tx`. */
export const databaseFirst: GrammarRule = ({ exports }) =>
  eachDeclaration(exports).flatMap(([name, declaration]) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node)) {
        const [first] = node.parameters;
        const type = first?.type?.getText() ?? '';
        const wanted = /Transaction$/.test(type) ? ['tx'] : databases[type.replace(/^pg\./, '')];
        const called = first?.name.getText() ?? '';
        if (wanted !== undefined && !wanted.includes(called.replace(/^_/, ''))) {
          const own = node.name?.getText();
          found.push(
            `${name}${own === undefined || own === name ? '' : `.${own}`}(${called}: ${type})`,
          );
        }
      }
      if (!ts.isBlock(node)) ts.forEachChild(node, visit);
    };
    visit(declaration);
    return found;
  });

const features = ['defineRbac', 'defineLimits', 'defineAudit', 'defineBilling'];
const parts = ['name', 'tenancy', 'tables', 'start', 'describe'];

/** What `defineX(tenancy, options)` gives has the parts of a feature. */
export const wholeFeatures: GrammarRule = ({ exports, checker }) =>
  features.flatMap((name) => {
    const found = exports.find((each) => each.name === name);
    const [declaration] = found?.declarations ?? [];
    if (found === undefined || declaration === undefined) return [`${name} is not exported`];
    const type = checker.getTypeOfSymbolAtLocation(found.symbol, declaration);
    const [signature] = type.getCallSignatures();
    const made = signature && checker.getApparentType(signature.getReturnType());
    return parts
      .filter((part) => made?.getProperty(part) === undefined)
      .map((part) => `${name} gives no ${part}`);
  });

/** Each declaration once, under the name by which its package exports it. */
function eachDeclaration(exports: readonly Exported[]): [string, ts.Declaration][] {
  const seen = new Map<ts.Declaration, string>();
  for (const { package: of, name, declarations } of exports) {
    for (const declaration of declarations) {
      if (!seen.has(declaration)) seen.set(declaration, `${of} ${name}`);
    }
  }
  return [...seen].map(([declaration, name]) => [name, declaration]);
}
