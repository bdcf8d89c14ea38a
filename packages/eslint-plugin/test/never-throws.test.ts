import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configs } from '../src/index.ts';
import { blocksOf, root } from './support/lint.ts';

const snippets = [
  readFileSync(join(root, 'packages/eslint-plugin/test/fixtures/everything-wrong.txt'), 'utf8'),
  ...['rbac', 'schema', 'database', 'routes/projects', 'demo/careless'].map((name) =>
    readFileSync(join(root, `examples/b2b-saas/src/${name}.ts`), 'utf8'),
  ),
  ...Object.keys(configs.recommended.rules ?? {}).flatMap((id) =>
    blocksOf(join(root, `docs/eslint/${id.replace('@tenantry/', '')}.md`)).map(({ code }) => code),
  ),
].map(tokensOf);

/** Words, texts and signs, each with the space behind it, so that joined they are the code again. */
function tokensOf(code: string): string[] {
  return code.match(/(?:[\w$]+|'[^'\n]*'|[^\w\s])\s*|\s+/g) ?? [];
}

interface Change {
  readonly kind: 'delete' | 'double' | 'swap' | 'replace';
  readonly at: number;
  readonly with: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('delete' as const, 'double' as const, 'swap' as const, 'replace' as const),
  at: fc.nat(),
  with: fc.nat(),
});

function changed(tokens: readonly string[], changes: readonly Change[]): string {
  const now = [...tokens];
  for (const { kind, at, with: other } of changes) {
    const i = at % Math.max(1, now.length);
    const j = other % Math.max(1, now.length);
    const [a = '', b = ''] = [now[i], now[j]];
    if (kind === 'delete') now.splice(i, 1);
    if (kind === 'double') now.splice(i, 0, a);
    if (kind === 'swap') [now[i], now[j]] = [b, a];
    if (kind === 'replace') now[i] = b;
  }
  return now.join('');
}

// a code that does not parse tells nothing: few changes leave most of them whole
const programs = fc
  .tuple(fc.constantFrom(...snippets), fc.array(change, { maxLength: 4 }))
  .map(([tokens, changes]) => changed(tokens, changes));

test('no rule throws, whatever the program', () => {
  let parsed = 0;
  fc.assert(
    fc.property(programs, fc.boolean(), (code, isTypeScript) => {
      const messages = new Linter().verify(
        code,
        [
          {
            ...configs.recommended,
            files: ['**/*.*'],
            ...(isTypeScript && { languageOptions: { parser } }),
            settings: { tenantry: { permissions: ['projects:read'] } },
          },
        ],
        isTypeScript ? 'src/code.ts' : 'src/code.js',
      );
      if (!messages.some(({ fatal }) => fatal)) parsed++;
    }),
    { numRuns: 1500 },
  );
  expect(parsed).toBeGreaterThan(200);
});
