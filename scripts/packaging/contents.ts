import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { isAbsolute, join } from 'node:path';
import ts from 'typescript';
import { type Manifest, readManifest } from './packages.ts';

/** Checks the files of an unpacked tarball. @throws Error naming everything that is wrong. */
export async function checkContents(folder: string): Promise<void> {
  const manifest = readManifest(folder);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

  const wrong = [
    ...['LICENSE', 'README.md']
      .filter((name) => !files.includes(name))
      .map((n) => `${n} is missing`),
    ...manifestFaults(manifest),
  ];
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    if (/^(src|test)\//.test(file)) wrong.push(`${file} is not for users`);
    if (file.endsWith('.map')) wrong.push(...mapFaults(file, text));
    if (/\.([cm]?js|d\.[cm]?ts)$/.test(file)) {
      wrong.push(...importFaults(manifest, file, text));
    }
  }
  if (wrong.length > 0) throw new Error(`${manifest.name}:\n${[...new Set(wrong)].join('\n')}`);
}

function manifestFaults(manifest: Manifest): string[] {
  const text = JSON.stringify(manifest);
  return ['@tenantry/source', 'workspace:', 'catalog:']
    .filter((word) => text.includes(word))
    .map((word) => `package.json contains ${word}`);
}

function mapFaults(file: string, text: string): string[] {
  const map = JSON.parse(text) as {
    sources: string[];
    sourcesContent?: (string | null)[];
  };
  const complete = map.sources.every((_, index) => typeof map.sourcesContent?.[index] === 'string');
  return complete && !map.sources.some(isAbsolute)
    ? []
    : [`${file} points to sources that are not in the tarball`];
}

/** Imports of what would not be installed, and Node's own modules without `node:`. */
function importFaults(manifest: Manifest, file: string, text: string): string[] {
  const installed = new Set([
    manifest.name,
    ...Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    }),
  ]);
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .filter((name) => isBuiltin(name) || !installed.has(packageOf(name)))
    .map((name) => `${file} imports ${name}, which package.json does not declare`);
}

const packageOf = (specifier: string) =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
