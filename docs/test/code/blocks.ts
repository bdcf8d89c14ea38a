import { readFileSync } from 'node:fs';

/** A block of TypeScript in a page. */
export interface Block {
  /** The page, from the root of the repository: `docs/guides/audit.md`. */
  readonly page: string;
  /** The line of the fence. */
  readonly line: number;
  readonly language: 'ts' | 'tsx';
  readonly code: string;
  /** The file that the block is, when its first line is `// path/name.ts`. */
  readonly file: string | undefined;
  /** What stands before and after the block, by `<!-- code: before … after -->`. */
  readonly around: readonly [string, string];
  /** The codes of the errors that it must have, by `<!-- code: fails 2345 -->`. */
  readonly fails: readonly number[];
  /** Why it is not checked, by `<!-- code: not checked, because … -->`. */
  readonly unchecked: string | undefined;
}

const fence = /^([ \t]*)```(ts|tsx|typescript)\b[^\n]*\n([\s\S]*?)^[ \t]*```[ \t]*$/gm;
const mark = /<!-- code: ([\s\S]*?) -->\s*$/;

/** The blocks of a page, in order. */
export function blocksOf(root: string, page: string): Block[] {
  const text = readFileSync(`${root}/${page}`, 'utf8');
  let end = 0;
  return [...text.matchAll(fence)].map((match) => {
    const [, indent = '', language, inner = ''] = match;
    const said = mark.exec(text.slice(end, match.index))?.[1] ?? '';
    end = match.index + match[0].length;
    const code = inner.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const [before = '', after] = said.split('…');
    return {
      page,
      line: text.slice(0, match.index).split('\n').length,
      language: language === 'tsx' ? 'tsx' : 'ts',
      code,
      file: /^\/\/ ([\w./-]+\.tsx?)\n/.exec(code)?.[1],
      around: after === undefined ? ['', ''] : [before, after],
      fails: /^fails\b/.test(said) ? [...said.matchAll(/\d+/g)].map(Number) : [],
      unchecked: /^not checked, because (.+)$/s.exec(said)?.[1],
    };
  });
}
