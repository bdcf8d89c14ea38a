import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** The pages that `pnpm docs:reference` writes: one for each export path, below that of its package. */
export function exportsOf(folder: string): DefaultTheme.SidebarItem[] {
  if (!existsSync(`${docs}/${folder}`)) return []; // `docs:dev` does without
  return readdirSync(`${docs}/${folder}`, { withFileTypes: true })
    .filter(
      (each) => each.name !== 'index.md' && (each.isFile() || isPage(`${folder}/${each.name}`)),
    )
    .map((each) => {
      if (each.isDirectory()) return page(`${folder}/${each.name}/index.md`);
      const items = exportsOf(`${folder}/${each.name.replace(/\.md$/, '')}`);
      const own = page(`${folder}/${each.name}`);
      return items.length === 0 ? own : { ...own, collapsed: true, items };
    });
}

/** A folder that is a page itself, and not what belongs to the page beside it. */
const isPage = (folder: string) => existsSync(`${docs}/${folder}/index.md`);

export function page(file: string): DefaultTheme.SidebarItem {
  const title = /^# (.+)$/m.exec(readFileSync(`${docs}/${file}`, 'utf8'))?.[1];
  if (title === undefined)
    throw new Error(`docs/${file} has no title: a line that starts with "# "`);
  return { text: title.replaceAll('`', ''), link: `/${file.replace(/(index)?\.md$/, '')}` };
}
