import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** A section of the sidebar: every page of a folder, under the title that the page gives itself. */
export function section(text: string, folder: string): DefaultTheme.SidebarItem {
  const items = readdirSync(`${docs}/${folder}`)
    .filter((file) => file.endsWith('.md'))
    .map((file) => page(`${folder}/${file}`))
    .sort((a, b) => (a.text ?? '').localeCompare(b.text ?? ''));
  return { text, items };
}

export function page(file: string): DefaultTheme.SidebarItem {
  const title = /^# (.+)$/m.exec(readFileSync(`${docs}/${file}`, 'utf8'))?.[1];
  if (title === undefined)
    throw new Error(`docs/${file} has no title: a line that starts with "# "`);
  return { text: title.replaceAll('`', ''), link: `/${file.replace(/(index)?\.md$/, '')}` };
}
