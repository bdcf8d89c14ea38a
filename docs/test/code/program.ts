import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { type Block, blocksOf } from './blocks.ts';
import { exportsOf, type Module, modulesOf, type Prelude } from './modules.ts';

/** An error in the code of a page. */
export interface CodeError {
  readonly block: Block;
  /** `docs/guides/audit.md:21` */
  readonly at: string;
  readonly code: number;
  readonly message: string;
}

/** The code of all pages, compiled by one program. */
export interface Checked {
  readonly blocks: readonly Block[];
  readonly errors: readonly CodeError[];
  /** Errors of the files in `docs/code`. */
  readonly broken: readonly string[];
}

/** A user's settings: strict, and nothing that strict does not contain. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@tenantry/source'],
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
};

/**
 * Compiles the blocks of all pages. `docs/code/app.ts` has the names that every page may use without an
 * import, and `docs/code/pages/<page>.ts` those of one page.
 */
export function checkPages(root: string, pages: readonly string[]): Checked {
  const shared = prelude(join(root, 'docs/code/app.ts'));
  const modules = pages.flatMap((page) => {
    const name = page
      .replace(/^docs\//, '')
      .replace(/\.md$/, '')
      .replaceAll('/', '-');
    const own = join(root, `docs/code/pages/${name}.ts`);
    const preludes = [...(existsSync(own) ? [prelude(own)] : []), shared];
    const blocks = blocksOf(root, page).filter(({ unchecked }) => unchecked === undefined);
    return modulesOf(join(root, 'docs/code/blocks', name), blocks, preludes);
  });
  const program = ts.createProgram(
    modules.map(({ path }) => path),
    options,
    hostOf(root, modules),
  );
  const errors = modules.flatMap((module) => {
    const source = program.getSourceFile(module.path);
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map((each) => errorOf(module, each));
  });
  const code = join(root, 'docs/code/');
  const broken = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(code) && !fileName.startsWith(`${code}blocks/`))
    .flatMap((source) => program.getSemanticDiagnostics(source))
    .map((each) => ts.formatDiagnostic(each, hostOf(root, [])));
  return { blocks: modules.map(({ block }) => block), errors, broken };
}

const prelude = (path: string): Prelude => ({
  path,
  names: exportsOf(path, readFileSync(path, 'utf8')),
});

/** The files on disk and the modules; what a page imports is found from whichever workspace has it. */
function hostOf(root: string, modules: readonly Module[]): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const texts = new Map(modules.map(({ path, text }) => [path, text]));
  const { fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  const { getSourceFile } = host;
  host.getSourceFile = (path, ...more) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile(path, ...more)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  };
  const code = join(root, 'docs/code');
  const workspaces = [
    ...['examples', 'packages'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => join(root, folder, name, 'x.ts')),
    ),
    join(root, 'bench/x.ts'),
    join(root, 'docs/x.ts'),
  ];
  const cache = ts.createModuleResolutionCache(root, (path) => path, options);
  const resolve = (name: string, from: string, mode: ts.ResolutionMode = ts.ModuleKind.ESNext) =>
    ts.resolveModuleName(name, from, options, host, cache, undefined, mode);
  host.resolveModuleNameLiterals = (literals, from, _redirected, _options, source) =>
    literals.map((literal) => {
      const { text } = literal;
      if (text === '@acme/notes')
        return {
          resolvedModule: asModule(join(root, 'examples/third-party-feature/src/index.ts')),
        };
      if (texts.has(text)) return { resolvedModule: asModule(text) };
      // declarations of CommonJS leave extensions out
      const direct = resolve(text, from, ts.getModeForUsageLocation(source, literal, options));
      if (direct.resolvedModule !== undefined || !from.startsWith(code)) return direct;
      if (text.startsWith('.')) {
        const own = [...texts.keys()].filter((path) => path.startsWith(pageOf(from, code)));
        const same = (path: string) => basename(path) === basename(text);
        const path =
          own.find(same) ?? [join(code, text.replace(/^(\.\.?\/)+(src\/)?/, ''))].find(existsSync);
        return path === undefined ? direct : { resolvedModule: asModule(path) };
      }
      for (const workspace of workspaces) {
        const found = resolve(text, workspace);
        if (found.resolvedModule !== undefined) return found;
      }
      return direct;
    });
  return host;
}

const asModule = (path: string): ts.ResolvedModuleFull => ({
  resolvedFileName: path,
  extension: path.endsWith('x') ? ts.Extension.Tsx : ts.Extension.Ts,
});

/** The folder of a page's blocks. */
const pageOf = (path: string, code: string) =>
  `${path.slice(0, path.indexOf('/', code.length + '/blocks/'.length))}/`;

function errorOf({ block, before }: Module, each: ts.Diagnostic): CodeError {
  const line =
    each.file === undefined || each.start === undefined
      ? 0
      : each.file.getLineAndCharacterOfPosition(each.start).line;
  return {
    block,
    at: `${block.page}:${block.line + 1 + Math.max(0, line - before)}`,
    code: each.code,
    message: ts.flattenDiagnosticMessageText(each.messageText, ' '),
  };
}
