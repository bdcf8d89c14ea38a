import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { literalString, type Node, unwrap } from '../syntax/ast.ts';
import { nodesIn } from '../syntax/walk.ts';
import { type Permissions, readPermissions, together } from './definition.ts';

/** The result of reading a file: its permissions, or why there are none and which modules it re-exports. */
export type Reading =
  | { readonly permissions: Permissions }
  | { readonly problem: string; readonly leadsTo: readonly string[] };

interface Parser {
  parse?(text: string, options: object): unknown;
  parseForESLint?(text: string, options: object): { ast: unknown };
}

// a file is parsed again after a change, and once per parser
const readings = new Map<
  string,
  { written: number; size: number; parser: Parser; reading: Reading }
>();

/** Reads the permissions of the definitions in a file from its text, without running it. */
export function permissionsIn(path: string, context: Rule.RuleContext): Reading {
  const parser = (context.languageOptions as { parser?: Parser }).parser ?? {};
  let stamp: { written: number; size: number };
  try {
    const { mtimeMs, size } = statSync(path);
    stamp = { written: mtimeMs, size };
  } catch (error) {
    return { problem: reasonOf(error), leadsTo: [] };
  }
  const known = readings.get(path);
  if (known?.written === stamp.written && known.size === stamp.size && known.parser === parser) {
    return known.reading;
  }
  const reading = read(path, parser, context);
  readings.set(path, { ...stamp, parser, reading });
  return reading;
}

function read(path: string, parser: Parser, context: Rule.RuleContext): Reading {
  try {
    const program = parse(readFileSync(path, 'utf8'), path, parser, context);
    const permissions = definitionsIn(program);
    if (permissions !== undefined) return { permissions };
    const problem = 'it has no defineRbac(…) whose permissions are written out';
    return { problem, leadsTo: handedOn(program) };
  } catch (error) {
    return { problem: reasonOf(error), leadsTo: [] };
  }
}

/** The first line, without a path of Node. */
const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ENOENT') return 'there is no such file';
  return String(message ?? error).split('\n')[0] ?? '';
};

/**
 * Parses with the parser of the linted file, or with a TypeScript parser when that one does not support
 * it.
 */
function parse(text: string, path: string, parser: Parser, context: Rule.RuleContext): Node {
  const options = {
    ecmaVersion: 'latest',
    sourceType: 'module',
    range: true,
    loc: true,
    filePath: path,
    ecmaFeatures: { jsx: /x$/.test(path) },
    // no types, because they would require the file to be part of the project
    project: null,
    projectService: false,
    programs: null,
  };
  try {
    return parseWith(parser, text, options);
  } catch (error) {
    const other = typescriptParser(context.cwd);
    if (other === undefined || other === parser) throw error;
    return parseWith(other, text, options);
  }
}

function parseWith(parser: Parser, text: string, options: object): Node {
  const ast = parser.parseForESLint?.(text, options).ast ?? parser.parse?.(text, options);
  if (ast === undefined) throw new Error('the parser in use has no parse function');
  return ast as Node;
}

function typescriptParser(folder: string): Parser | undefined {
  try {
    return createRequire(join(folder, 'package.json'))('@typescript-eslint/parser') as Parser;
  } catch {
    return undefined;
  }
}

/** The permissions of every `defineRbac` of a program. */
function definitionsIn(program: Node): Permissions | undefined {
  const constants = new Map<string, Node>();
  const makers = new Set(['defineRbac']);
  const calls: ESTree.SimpleCallExpression[] = [];
  for (const node of nodesIn(program, {})) {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      constants.set(node.id.name, node.init);
    }
    if (node.type === 'ImportSpecifier' && importedName(node) === 'defineRbac') {
      makers.add(node.local.name);
    }
    if (node.type === 'CallExpression') calls.push(node);
  }
  const definitions = calls
    .filter(({ callee }) => {
      const called = unwrap(callee);
      const name = called.type === 'MemberExpression' ? called.property : called;
      return name.type === 'Identifier' && makers.has(name.name);
    })
    .map((call) => readPermissions(call, ({ name }) => constants.get(name)))
    .filter((found) => found !== undefined);
  return definitions.length === 0 ? undefined : together(definitions);
}

/** The modules that a program re-exports from or imports an `rbac` from. */
function handedOn(program: Node): string[] {
  const { body } = program as ESTree.Program;
  return body.flatMap((statement) => {
    const isExport =
      statement.type === 'ExportAllDeclaration' || statement.type === 'ExportNamedDeclaration';
    const isOfRbac =
      statement.type === 'ImportDeclaration' &&
      statement.specifiers.some(
        (specifier) => specifier.type === 'ImportSpecifier' && importedName(specifier) === 'rbac',
      );
    const source = isExport || isOfRbac ? statement.source?.value : undefined;
    return typeof source === 'string' ? [source] : [];
  });
}

const importedName = ({ imported }: ESTree.ImportSpecifier) =>
  imported.type === 'Identifier' ? imported.name : literalString(imported);
