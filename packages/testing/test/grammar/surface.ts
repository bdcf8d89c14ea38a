import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Something that an entry of a package exports. */
export interface Exported {
  /** `rls`: the folder of the package. */
  readonly package: string;
  /** `rls/feature`: the entry. */
  readonly entry: string;
  readonly name: string;
  readonly symbol: ts.Symbol;
  /** Its declarations in our sources. */
  readonly declarations: readonly ts.Declaration[];
}

/** The public surface of all packages, from their sources. */
export interface Surface {
  readonly checker: ts.TypeChecker;
  readonly exports: readonly Exported[];
  /** The names that drizzle-orm exports, which users import beside ours. */
  readonly ofDrizzle: ReadonlySet<string>;
}

/** Reads what every entry of every package exports. */
export function readSurface(root: string): Surface {
  const entries = readdirSync(join(root, 'packages')).flatMap((folder) => {
    const manifest = join(root, 'packages', folder, 'package.json');
    if (!existsSync(manifest)) return [];
    const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      exports?: Record<string, { '@tenantry/source'?: string }>;
    };
    return Object.entries(exports).flatMap(([entry, { '@tenantry/source': source }]) =>
      source === undefined
        ? []
        : [
            {
              package: folder,
              entry: entry.replace(/^\./, folder),
              path: join(root, 'packages', folder, source),
            },
          ],
    );
  });
  const drizzle = ['drizzle-orm', 'drizzle-orm/pg-core'].map((name) =>
    join(root, 'packages/rls/src', `${name.replace('/', '-')}.virtual.ts`),
  );
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => drizzle.includes(path) || fileExists(path);
  host.getSourceFile = (path, ...more) =>
    drizzle.includes(path)
      ? ts.createSourceFile(
          path,
          `export * from '${path.includes('pg-core') ? 'drizzle-orm/pg-core' : 'drizzle-orm'}';`,
          ts.ScriptTarget.ES2022,
        )
      : getSourceFile(path, ...more);
  const program = ts.createProgram([...entries.map(({ path }) => path), ...drizzle], options, host);
  const checker = program.getTypeChecker();
  const exportsOf = (path: string) => {
    const source = program.getSourceFile(path);
    const module = source && checker.getSymbolAtLocation(source);
    return module === undefined ? [] : checker.getExportsOfModule(module);
  };
  return {
    checker,
    ofDrizzle: new Set(drizzle.flatMap(exportsOf).map(({ name }) => name)),
    exports: entries.flatMap((each) =>
      exportsOf(each.path).map((found) => {
        const isAlias = (found.flags & ts.SymbolFlags.Alias) !== 0;
        const symbol = isAlias ? checker.getAliasedSymbol(found) : found;
        return {
          package: each.package,
          entry: each.entry,
          name: found.name,
          symbol,
          declarations: (symbol.declarations ?? []).filter((declaration) =>
            declaration.getSourceFile().fileName.startsWith(join(root, 'packages')),
          ),
        };
      }),
    ),
  };
}
