import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const endings = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** The file of a relative import; undefined for other imports. */
export function importedFile(from: string, source: string): string | undefined {
  if (!/^\.\.?\//.test(source)) return undefined;
  const path = resolve(dirname(from), source);
  // TypeScript imports './rbac.ts' as './rbac.js'
  const inTypeScript = path.replace(/\.([cm]?)jsx?$/, '.$1ts');
  return [inTypeScript, inTypeScript.replace(/ts$/, 'tsx'), path]
    .flatMap((start) => [
      ...endings.map((ending) => `${start}${ending}`),
      ...endings.map((ending) => resolve(start, `index${ending}`)),
    ])
    .find((file) => existsSync(file) && statSync(file).isFile());
}
