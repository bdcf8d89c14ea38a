import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { readManifest } from './packages.ts';

/** Shorter declarations may be the same in two packages by chance. */
const shortestCopy = 80;

/**
 * Checks that no package carries a copy of another package's types: a bundled copy is a second type
 * of the same name, which users cannot pass from one package to the other.
 *
 * @param folders Unpacked tarballs.
 */
export async function checkDeclarations(folders: readonly string[]): Promise<void> {
  const owners = new Map<string, string>();
  const copies: string[] = [];
  for (const folder of folders) {
    const { name } = readManifest(folder);
    for (const { title, text } of await declarationsIn(folder)) {
      const owner = owners.get(text) ?? name;
      owners.set(text, owner);
      if (owner !== name) copies.push(`${title} is declared by ${owner} and copied into ${name}`);
    }
  }
  if (copies.length > 0) throw new Error([...new Set(copies)].join('\n'));
}

async function declarationsIn(folder: string): Promise<{ title: string; text: string }[]> {
  const files = (await readdir(folder, { recursive: true })).filter((f) => f.endsWith('.d.ts'));
  const sources = await Promise.all(
    files.map(async (file) =>
      ts.createSourceFile(file, await readFile(join(folder, file), 'utf8'), ts.ScriptTarget.Latest),
    ),
  );
  return sources.flatMap((source) =>
    source.statements.flatMap((node) => {
      const named =
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isClassDeclaration(node);
      const text = node.getText(source);
      return named && text.length >= shortestCopy
        ? [{ title: node.name?.text ?? 'a class', text }]
        : [];
    }),
  );
}
