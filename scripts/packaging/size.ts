import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

/**
 * What `import '@tenantry/core'` may weigh, the chunks that it loads included, gzipped and not minified.
 * It runs on servers: the pool's cursors, streams and members of pg, and what resets a connection, took
 * it from 32 to 44. What the first connection loads (the start check) is not counted.
 */
export const coreBudgetKilobytes = 43;

/** Checks the weight of an unpacked package's main entry. Dependencies are not counted. */
export async function checkSize(folder: string, budgetKilobytes: number): Promise<void> {
  const seen = new Map<string, string>();
  await collect(join(folder, 'dist/index.js'), seen);
  const kilobytes = gzipSync([...seen.values()].join('\n')).length / 1000;
  if (kilobytes > budgetKilobytes) {
    throw new Error(
      `The main entry weighs ${kilobytes.toFixed(1)} kB gzipped; its budget is ${budgetKilobytes} kB.`,
    );
  }
}

async function collect(file: string, seen: Map<string, string>): Promise<void> {
  if (seen.has(file)) return;
  const text = await readFile(file, 'utf8');
  seen.set(file, text);
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    const isLoadedLater = text.includes(`import("${fileName}")`);
    if (fileName.startsWith('.') && !isLoadedLater)
      await collect(join(dirname(file), fileName), seen);
  }
}
