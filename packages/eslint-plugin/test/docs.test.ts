import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rules } from '../src/index.ts';
import { notScoped } from '../src/rules/files.ts';
import { blocksOf, recommended, root } from './support/lint.ts';

const pagePath = (name: string) => join(root, `docs/eslint/${name}.md`);
const guide = readFileSync(join(root, 'docs/guides/eslint.md'), 'utf8');
const readme = readFileSync(join(root, 'packages/eslint-plugin/README.md'), 'utf8');
const all = Object.entries(rules).map(([name, { meta }]) => ({ name, meta }));

test.each(all)('$name has a page: what, why, wrong, right, every option', ({ name, meta }) => {
  const text = readFileSync(pagePath(name), 'utf8');
  expect(text).toMatch(new RegExp(`^# ${name}\n\n${meta?.docs?.description}\\.\n`));
  const headings = ['## What', '## Why', '## Wrong', '## Right', '## Options'];
  expect(text.match(/^## .+$/gm)).toEqual(headings);
  const [schema] = (meta?.schema ?? []) as [{ properties: object }?];
  const listed = [...text.matchAll(/^- `(\w+)`:/gm)].map(([, option]) => option);
  expect(listed.sort()).toEqual(Object.keys(schema?.properties ?? {}).sort());
  expect(meta?.docs?.url).toBe(`https://tenantry.dev/eslint/${name}`);
});

test.each(all)(
  'what the page of $name calls wrong is reported, and what it calls right is not',
  async ({ name }) => {
    const [wrong, right] = blocksOf(pagePath(name)).map(({ code }) => `${known}${code}`);
    const lint = recommended(root, {
      files: ['**/*.ts'],
      settings: { tenantry: { permissions: ['projects:create', 'projects:read'] } },
    });
    const reported = async (code = '') => {
      const [result] = await lint.lintText(code, { filePath: join(root, 'src/page.ts') });
      return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
    };
    const lines = name === 'require-isolate' ? 1 : 2;
    const found = await reported(wrong);
    expect(found.filter((id) => id === `@tenantry/${name}`).length).toBeGreaterThanOrEqual(lines);
    expect(await reported(right)).toEqual([]);
  },
);

// what an excerpt imports in real life
const known = `import { drizzle } from 'drizzle-orm/node-postgres';
import { notFound, redirect } from 'next/navigation';\n`;

test('guide and README list every rule, and there are no pages of rules that are gone', () => {
  const names = Object.keys(rules).sort();
  const listed = (text: string) =>
    [...text.matchAll(/^\| \[([a-z-]+)\]/gm)].map(([, name]) => name).sort();
  expect(listed(guide)).toEqual(names);
  expect(listed(readme)).toEqual(names);
  const pages = readdirSync(join(root, 'docs/eslint')).map((file) => file.replace('.md', ''));
  expect(pages.sort()).toEqual(names);
  for (const { name, meta } of all) {
    expect(guide).toContain(`(../eslint/${name}.md) | ${meta?.docs?.description} |`);
  }
});

test('the guide lists the files that are not scoped code', () => {
  for (const pattern of notScoped) expect(guide).toContain(`\`${pattern}\``);
});
