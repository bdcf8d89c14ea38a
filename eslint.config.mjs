// biome checks format and style. ESLint runs for one thing biome cannot see: whether every promise
// is awaited. Its own noFloatingPromises misses overloaded methods such as pg's `client.query()`,
// and a query builder that is never awaited is a statement that is never sent.
import plugin from '@typescript-eslint/eslint-plugin';
import parser from '@typescript-eslint/parser';

export default [
  // docs/code is what blocks of the documentation take for granted; docs/test compiles both together
  { ignores: ['**/dist/**', '**/node_modules/**', 'docs/.vitepress/**', 'docs/code/**'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { '@typescript-eslint': plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
    },
  },
];
