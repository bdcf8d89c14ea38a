import { createRequire } from 'node:module';
import type { ESLint, Linter, Rule } from 'eslint';
import { allRules } from './rules/index.ts';

/** The names of the rules. */
export type RuleName =
  | 'known-permission'
  | 'no-floating-queries'
  | 'no-raw-pool'
  | 'no-redirect-in-transaction'
  | 'no-sql-raw'
  | 'require-bind'
  | 'require-isolate'
  | 'require-tenant-key';

// In the CommonJS build import.meta is empty, so __filename is used.
const here = typeof __filename === 'string' ? __filename : import.meta.url;
const { name, version } = createRequire(here)('../package.json') as Record<string, string>;

/** The name and version that ESLint shows and uses in its cache key. */
export const meta = { name: name ?? '', version: version ?? '', namespace: '@tenantry' };

/** The rules, by their name after `@tenantry/`. */
export const rules = allRules as Record<RuleName, Rule.RuleModule>;

const plugin: ESLint.Plugin = { meta, rules };

/**
 * The flat configs. `recommended` reports everything as an error.
 *
 * @example
 * ```js
 * import tenantry from '@tenantry/eslint-plugin';
 * export default [tenantry.configs.recommended];
 * ```
 */
export const configs: { readonly recommended: Linter.Config } = {
  recommended: {
    name: '@tenantry/recommended',
    plugins: { '@tenantry': plugin },
    rules: Object.fromEntries(
      Object.keys(allRules).map((name) => [`@tenantry/${name}`, 'error' as const]),
    ),
  },
};

// biome-ignore lint/style/noDefaultExport: ESLint's configurations import a plugin by its default export
export default { meta, rules, configs };
