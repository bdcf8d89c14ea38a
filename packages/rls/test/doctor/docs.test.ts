import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ruleSummaries } from '../../src/doctor/index.ts';

const folder = fileURLToPath(new URL('../../../../docs/rules/', import.meta.url));
const page = (name: string) => readFileSync(`${folder}${name}.md`, 'utf8');

test.each(ruleSummaries)('$id has a page: what, why, proof, fix', ({ id, severity, title }) => {
  const text = page(id);
  expect(text).toMatch(new RegExp(`^# ${id}\n\n`));
  expect(text).toContain(`${title}. Otherwise: **${severity}**`);
  expect(text.match(/^## .+$/gm)).toEqual(['## What', '## Why', '## Proof', '## Fix']);
  expect(text).toMatch(/## Proof\n\n```(sql|sh)\n[^`]{10,}```/);
});

test('the index lists every rule once, and there are no pages of rules that are gone', () => {
  const ids = ruleSummaries.map(({ id }) => id).sort();
  expect([...page('index').matchAll(/^\| \[([a-z-]+)\]/gm)].map(([, id]) => id).sort()).toEqual(
    ids,
  );
  const files = readdirSync(folder).map((name) => name.replace('.md', ''));
  expect(files.filter((name) => name !== 'index' && name !== 'parity').sort()).toEqual(ids);
});

test('the README of the command says how many there are', () => {
  const readme = readFileSync(`${folder}../../packages/cli/README.md`, 'utf8');
  expect(readme).toContain(`in ${ruleSummaries.length} rules, each with a page`);
});

test('ids are stable words, and no rule has the title of another', () => {
  for (const { id } of ruleSummaries) expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
  expect(new Set(ruleSummaries.map(({ title }) => title)).size).toBe(ruleSummaries.length);
});

test('each rule of pgrls and splinter has its row: ours, or the reason for none', () => {
  const rows = [
    ...page('parity').matchAll(/^\| ([A-Z]+\d{3}|\d{4}(?:, \d{4})?) [^|]+ \| (.+) \|$/gm),
  ];
  const named = rows.flatMap(([, id = '']) => id.split(', '));
  const numbered = (prefix: string, count: number, width: number) =>
    Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(width, '0')}`);
  expect(named).toEqual([
    ...numbered('SEC', 55, 3),
    ...numbered('PERF', 5, 3),
    ...numbered('HYG', 4, 3),
    ...numbered('VIEW', 4, 3),
    ...numbered('', 29, 4),
  ]);
  const ids = new Set(ruleSummaries.map(({ id }) => id));
  for (const [row, , ours = ''] of rows) {
    const links = [...ours.matchAll(/\]\(\.\/([a-z-]+)\.md\)/g)].map(([, id = '']) => id);
    expect(
      links.every((id) => ids.has(id)),
      row,
    ).toBe(true);
    expect(links.length > 0 || /^None\. .{10,}/.test(ours), row).toBe(true);
  }
});
