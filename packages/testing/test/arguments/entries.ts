import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../../../..');

/** A function of any arguments. */
export type Callable = (...args: readonly unknown[]) => unknown;

/** Every function that an entry of a package exports, by entry and name: `core/hono guard`. */
export async function exportedFunctions(): Promise<ReadonlyMap<string, Callable>> {
  const found = new Map<string, Callable>();
  for (const folder of readdirSync(join(root, 'packages'))) {
    const manifest = join(root, 'packages', folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      exports?: Record<string, { '@tenantry/source'?: string }>;
    };
    for (const [entry, { '@tenantry/source': source }] of Object.entries(exports)) {
      if (source === undefined) continue;
      const path = join(root, 'packages', folder, source);
      const all = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
      for (const [name, value] of Object.entries(all)) {
        if (typeof value === 'function')
          found.set(`${entry.replace(/^\./, folder)} ${name}`, value as Callable);
      }
    }
  }
  return found;
}
