import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Options } from 'tsup';
import ts from 'typescript';

/**
 * The build of one package: ESM, CommonJS and declarations, with every export path an entry.
 *
 * @param entries Files under `src/`, as `./src/name.ts`; each becomes `dist/name`.
 */
export function packageBuild(entries: string[]): Options {
  return {
    entry: Object.fromEntries(
      entries.map((file) => [file.replace(/^\.\/src\//, '').replace(/\.ts$/, ''), file]),
    ),
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
    sourcemap: true,
    // One copy of what two entries share, or `instanceof` would fail from one to the other.
    splitting: true,
    target: 'node20',
    // tsup would write 'fs' for 'node:fs', and some runtimes know only the second.
    removeNodeProtocol: false,
    plugins: [commonJs, withoutInnerComments],
  };
}

type Plugin = NonNullable<Options['plugins']>[number];

/** What tsup leaves undone when it splits CommonJS, which it derives from the ESM output. */
const commonJs: Plugin = {
  name: 'commonjs',
  esbuildOptions(options) {
    // Node refuses a CommonJS file that mentions import.meta. Code that needs its own place asks
    // for __filename first.
    if (this.format === 'cjs')
      options.define = { ...options.define, 'import.meta.url': 'undefined' };
  },
  async buildEnd({ writtenFiles }) {
    if (this.format !== 'cjs') return;
    const maps = writtenFiles.map(({ name }) => name).filter((name) => name.endsWith('.map'));
    await Promise.all(maps.map(completeMap));
  },
};

/** Gives a source map the text of its sources, and takes the build machine's paths out of it. */
async function completeMap(file: string): Promise<void> {
  const map = JSON.parse(await readFile(file, 'utf8')) as { sources: string[] };
  const sourcesContent = await Promise.all(
    map.sources.map((source) =>
      isAbsolute(source) ? '' : readFile(join(dirname(file), source), 'utf8'),
    ),
  );
  const sources = map.sources.map((source) => (isAbsolute(source) ? basename(source) : source));
  await writeFile(file, JSON.stringify({ ...map, sources, sourcesContent }));
}

/**
 * esbuild drops comments, except some within functions, classes and objects. They stand in the declarations
 * and in the source map; here they become blanks, so that the map stays true.
 */
const withoutInnerComments: Plugin = {
  name: 'without-inner-comments',
  renderChunk(code) {
    const blanked = code.split('');
    const file = ts.createSourceFile('chunk.js', code, ts.ScriptTarget.Latest);
    // those of a whole file name its modules
    const isInner = (node: ts.Node) =>
      (ts.isStatement(node) && !file.statements.includes(node)) || ts.isCaseOrDefaultClause(node);
    const visit = (node: ts.Node) => {
      if (ts.isClassElement(node) || ts.isObjectLiteralElementLike(node) || isInner(node)) {
        for (const { pos, end } of ts.getLeadingCommentRanges(code, node.pos) ?? []) {
          for (let at = pos; at < end; at += 1) if (code[at] !== '\n') blanked[at] = '';
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return { code: blanked.join('') };
  },
};
