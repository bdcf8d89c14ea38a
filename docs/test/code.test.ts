import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf } from './code/blocks.ts';
import { checkPages } from './code/program.ts';

// Every block of TypeScript in the pages compiles against the packages.

const root = join(import.meta.dirname, '../..');
const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((each) => {
    const path = `${folder}/${each.name}`;
    // docs/reference/api is made of the docstrings
    if (each.isDirectory()) return /node_modules|reference\/api/.test(path) ? [] : below(path);
    return path.endsWith('.md') ? [path] : [];
  });
const pages = [
  'README.md',
  ...['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => `${folder}/${name}/README.md`)
      .filter((page) => existsSync(join(root, page))),
  ),
  ...below('docs'),
];

test('the code of every page compiles', () => {
  const { blocks, errors, broken } = checkPages(root, pages);
  expect(broken).toEqual([]);
  expect(blocks.length).toBeGreaterThan(120);
  const unexpected = errors.filter(({ block, code }) => !block.fails.includes(code));
  expect(unexpected.map(({ at, code, message }) => `${at} TS${code}: ${message}`)).toEqual([]);
  const failing = blocks.flatMap((block) =>
    block.fails
      .filter((code) => !errors.some((each) => each.block === block && each.code === code))
      .map((code) => `${block.page}:${block.line} says that it fails with TS${code}, and does not`),
  );
  expect(failing).toEqual([]);
});

test('a block that is not checked says why', () => {
  const reasons = pages.flatMap((page) =>
    blocksOf(root, page).flatMap(({ line, unchecked }) =>
      unchecked === undefined ? [] : [`${page}:${line} ${unchecked}`],
    ),
  );
  expect(reasons).toEqual([]);
});
