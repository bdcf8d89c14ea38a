import { join } from 'node:path';
import parser from '@typescript-eslint/parser';
import { type Linter, type Rule, RuleTester } from 'eslint';
import { RuleTester as RuleTester9 } from 'eslint-9';
import { afterAll, describe, test } from 'vitest';

/** A case that is right: its code, or the code with a file name, options and settings. */
export type Valid = string | (Setting & { readonly code: string });

/** A case that is wrong: how many suggestions each report has is counted, what they give is compared. */
export type Invalid = Setting & {
  readonly code: string;
  readonly errors: readonly (string | Reported)[];
};

interface Setting {
  readonly filename?: string;
  readonly options?: unknown[];
  readonly settings?: Record<string, unknown>;
}

interface Reported {
  readonly messageId: string;
  readonly data?: Record<string, string>;
  readonly line?: number;
  readonly column?: number;
  readonly suggestions?: number | { messageId: string; output: string; data?: object }[];
}

export interface Cases {
  readonly valid: readonly Valid[];
  readonly invalid: readonly Invalid[];
}

const languages: Record<'typescript' | 'javascript' | 'typed', Linter.LanguageOptions> = {
  typescript: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
  javascript: { parserOptions: { ecmaFeatures: { jsx: true } } },
  typed: {
    parser,
    parserOptions: {
      project: './tsconfig.json',
      tsconfigRootDir: join(import.meta.dirname, '../fixtures/typed'),
      // where CI is set, the parser would take the types of the file on disk, not of the case
      disallowAutomaticSingleRunInference: true,
    },
  },
};

/** Runs the cases of a rule with ESLint 10 and 9, and the parser of a language. */
export function runRule(
  name: string,
  rule: Rule.RuleModule,
  language: keyof typeof languages,
  { valid, invalid }: Cases,
): void {
  const filename =
    language === 'typed' ? join(import.meta.dirname, '../fixtures/typed/file.ts') : undefined;
  const cases = {
    valid: valid.map((each) => ({
      ...(filename !== undefined && { filename }),
      ...(typeof each === 'string' ? { code: each } : each),
    })),
    invalid: invalid.map(({ errors, ...each }) => ({
      ...(filename !== undefined && { filename }),
      ...each,
      errors: errors.map((error) => (typeof error === 'string' ? { messageId: error } : error)),
    })),
  };
  // ESLint 9 has types of its own, of the same shape
  const testers = {
    'ESLint 10': RuleTester,
    'ESLint 9': RuleTester9 as unknown as typeof RuleTester,
  };
  for (const [version, Tester] of Object.entries(testers)) {
    Tester.describe = describe;
    Tester.it = test;
    Tester.itOnly = test;
    (Tester as unknown as { afterAll: typeof afterAll }).afterAll = afterAll;
    describe(`${language}, ${version}`, () => {
      new Tester({ languageOptions: languages[language] }).run(name, rule, cases as never);
    });
  }
}
