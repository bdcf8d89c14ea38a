import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from './steps/command.ts';
import { root } from './steps/root.ts';

/** Checks that the relative links of every Markdown file outside docs/ lead to a file. */
export async function checkLinks(): Promise<void> {
  const listed = await command('git', [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '*.md',
  ]);
  const files = listed.split('\n').filter((file) => file !== '' && !file.startsWith('docs/'));
  const dead = files.flatMap((file) => deadLinks(file).map((link) => `${file}: ${link}`));
  if (dead.length > 0) throw new Error(dead.join('\n'));
}

function deadLinks(file: string): string[] {
  const path = join(root, file);
  // A file that was removed and not yet committed is still listed.
  if (!existsSync(path)) return [];
  return [...readFileSync(path, 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(dirname(path), link)));
}
