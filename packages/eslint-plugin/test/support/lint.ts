import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import { configs } from '../../src/index.ts';

/** The folder of all packages and examples. */
export const root = join(import.meta.dirname, '../../../..');

const typescript = (parserOptions: object): Linter.Config => ({
  files: ['**/*.{ts,tsx}'],
  languageOptions: { parser, parserOptions },
});

/** ESLint with the recommended configuration, as a user has it. */
export function recommended(cwd: string, ...more: Linter.Config[]): ESLint {
  return new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [
      typescript({}),
      { ...configs.recommended, files: ['**/*.{js,jsx,ts,tsx}'] },
      // comments for rules that this configuration does not have
      { linterOptions: { reportUnusedDisableDirectives: 'off' } },
      ...more,
    ],
  });
}

/** TypeScript's types, from a project of its own. */
export const withTypes = (project: string): Linter.Config =>
  typescript({ project, tsconfigRootDir: join(import.meta.dirname, '..') });

/** What was found, as `file:line rule`. */
export const found = (results: readonly ESLint.LintResult[], folder: string): string[] =>
  results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ message }) => !message.startsWith('Definition for rule'))
      .map(
        ({ line, ruleId, message }) =>
          `${filePath.slice(folder.length + 1)}:${line} ${ruleId ?? message}`,
      ),
  );

/** The blocks of TypeScript in a page, with the line on which each begins. */
export function blocksOf(page: string): { code: string; line: number; language: string }[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```(ts|tsx|js|jsx)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    code: match[2] ?? '',
    language: match[1] ?? 'ts',
    line: text.slice(0, match.index).split('\n').length,
  }));
}
