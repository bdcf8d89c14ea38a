import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './steps/root.ts';

/** Checks that the relative links of the Markdown files outside docs/ lead to a file. */
export async function checkLinks(): Promise<void> {
  const folders = ['.', 'bench', ...children('packages'), ...children('examples')];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  const dead = files.flatMap((file) => deadLinks(file).map((link) => `${file}: ${link}`));
  if (dead.length > 0) throw new Error(dead.join('\n'));
}

const children = (folder: string) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name));

function deadLinks(file: string): string[] {
  const path = join(root, file);
  return [...readFileSync(path, 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(dirname(path), link)));
}
