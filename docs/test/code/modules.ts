import { basename, dirname, join } from 'node:path';
import ts from 'typescript';
import type { Block } from './blocks.ts';

/** A block as a module of the program. */
export interface Module {
  readonly block: Block;
  readonly path: string;
  readonly text: string;
  /** How many lines stand before those of the block. */
  readonly before: number;
}

/** The names that a file of `docs/code` exports, for blocks that use them without an import. */
export interface Prelude {
  readonly path: string;
  readonly names: ReadonlySet<string>;
}

/**
 * Makes the blocks of a page to modules. A name that a block uses and does not declare comes from the
 * nearest earlier block of the page that declares it, else from the preludes.
 */
export function modulesOf(
  folder: string,
  blocks: readonly Block[],
  preludes: readonly Prelude[],
): Module[] {
  const paths = new Set<string>();
  const earlier: Prelude[] = [];
  return blocks.map((block, at) => {
    const named = join(folder, block.file ?? `block-${at + 1}.${block.language}`);
    const path = paths.has(named) ? join(dirname(named), `${at + 1}-${basename(named)}`) : named;
    paths.add(path);
    const [before, after] = block.around;
    const wrapped = before !== '';
    const code = spelledOut(block.code);
    const { declared, exported, used } = namesOf(`${before}\n${code}\n${after}`, path);
    const imports = [...used]
      .filter((name) => !declared.has(name))
      .flatMap((name) => {
        const from = [...earlier]
          .reverse()
          .concat(preludes)
          .find(({ names }) => names.has(name));
        return from === undefined ? [] : [`import { ${name} } from ${JSON.stringify(from.path)};`];
      });
    const more = [...declared].filter((name) => !exported.has(name));
    earlier.push({ path, names: declared });
    // no import can stand in what surrounds the block
    const own = wrapped ? (code.match(importLine) ?? []) : [];
    const inner = wrapped ? code.replace(importLine, '') : code;
    const head = [...imports, ...own, before].join(' ');
    const tail = wrapped ? `${after}\nexport {};` : `export { ${more.join(', ')} };`;
    return { block, path, text: `${head}\n${inner}\n${tail}\n`, before: 1 };
  });
}

const importLine = /^import .*;$/gm;

/** `{ …, plan: 'pro' }` → `{ ...elided(), plan: 'pro' }`; comments and strings stay as they are. */
function spelledOut(code: string): string {
  const skipped = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;
  const spell = (part: string) =>
    part
      .replace(/(\)\s*\{\s*)…(\s*\})/g, '$1return elided();$2')
      .replace(/\{\s*…\s*\}|\[\s*…\s*\]/g, 'elided()')
      .replace(/…/g, '...elided()');
  let at = 0;
  let result = '';
  for (const match of code.matchAll(skipped)) {
    result += spell(code.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return result + spell(code.slice(at));
}

/** The names that a block declares at its top level, those of them that it exports, and all that it uses. */
function namesOf(code: string, path: string) {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.ES2022, true, kind);
  const declared = new Set<string>();
  const exported = new Set<string>();
  const used = new Set<string>();
  const add = (name: ts.Node, isExported: boolean) => {
    if (ts.isIdentifier(name)) {
      declared.add(name.text);
      if (isExported) exported.add(name.text);
    } else ts.forEachChild(name, (each) => addBinding(each, isExported));
  };
  const addBinding = (node: ts.Node, isExported: boolean) => {
    if (ts.isBindingElement(node)) add(node.name, isExported);
  };
  for (const statement of source.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    const isExported =
      modifiers?.some(({ kind: of }) => of === ts.SyntaxKind.ExportKeyword) ?? false;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) add(name, isExported);
    } else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      if (clause?.name !== undefined) add(clause.name, false);
      const bindings = clause?.namedBindings;
      if (bindings !== undefined && ts.isNamespaceImport(bindings)) add(bindings.name, false);
      else for (const { name } of bindings?.elements ?? []) add(name, false);
    } else if ('name' in statement && !isGlobal(statement)) {
      if (statement.name !== undefined) add(statement.name as ts.Node, isExported);
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (code.includes('…') || code.includes('elided')) used.add('elided');
  return { declared, exported, used };
}

const isGlobal = (statement: ts.Statement) =>
  ts.isModuleDeclaration(statement) && (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;

/** The names that a module exports, without its types being resolved. */
export function exportsOf(path: string, text: string): ReadonlySet<string> {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const names = new Set<string>();
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined) {
      if (ts.isNamedExports(statement.exportClause))
        for (const { name } of statement.exportClause.elements) names.add(name.text);
      else names.add(statement.exportClause.name.text);
    }
  }
  for (const name of namesOf(text, path).exported) names.add(name);
  return names;
}
