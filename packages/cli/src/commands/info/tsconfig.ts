import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The ending of relative imports in a project, by its tsconfig.json. */
export type ImportEnding =
  /** `./tenancy.ts` is allowed. */
  | 'ts'
  /** `./tenancy`, as resolved by CommonJS and bundlers. */
  | 'none'
  /** An ending is needed, and `.ts` is not allowed yet. */
  | 'ts-to-allow';

/**
 * Reads tsconfig.json and the files that it extends, without TypeScript, which may not be installed yet.
 * Without a tsconfig.json `.ts` is used, which every TypeScript runner accepts.
 */
export function importEnding(folder: string, esm: boolean): ImportEnding {
  const texts = configTexts(join(folder, 'tsconfig.json'));
  if (texts.length === 0) return 'ts';
  // the nearest file wins
  const option = (name: string) =>
    texts
      .map((text) => new RegExp(`"${name}"\\s*:\\s*"?(\\w+)`, 'i').exec(text)?.[1]?.toLowerCase())
      .find((value) => value !== undefined);
  const allowed = [
    option('allowImportingTsExtensions'),
    option('rewriteRelativeImportExtensions'),
  ].includes('true');
  if (allowed) return 'ts';
  const resolution = option('moduleResolution') ?? option('module') ?? '';
  return esm && /^node(next|\d\d)$/.test(resolution) ? 'ts-to-allow' : 'none';
}

/** The file and those that it extends, nearest first, without comments. */
function configTexts(file: string, seen: readonly string[] = []): string[] {
  if (!existsSync(file) || seen.includes(file)) return [];
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const named = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? '';
  // of several the last one wins
  const parents = [...named.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name).reverse();
  return [text, ...parents.flatMap((name) => configTexts(configFile(file, name), [...seen, file]))];
}

function configFile(from: string, name: string): string {
  if (/^\.|^\//.test(name)) {
    const path = resolve(dirname(from), name);
    return path.endsWith('.json') ? path : `${path}.json`;
  }
  const { resolve: find } = createRequire(from);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return find(candidate);
    } catch {}
  }
  return name;
}
