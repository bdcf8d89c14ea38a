import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

/**
 * What `import '@tenantry/core'` may weigh, in kB, gzipped and not minified: the chunks that it loads at
 * once, and with those that are loaded later: by the first connection (the start check, the witness), by a
 * pool that observes (half of the last 8), and by the first query that has to wait (what finds a deadlock).
 * It runs on servers: the pool's cursors, streams and members of pg, and what resets a connection, took it
 * from 32 to 44; the witness, the kinds of ids and the keys of caches to 53; the dialect of Citus, which
 * the start check loads, to 55.5.
 */
export const coreBudget = { atOnce: 43, inAll: 55.5 };

/** Checks the weight of an unpacked package's main entry. Dependencies are not counted. */
export async function checkSize(folder: string, budget: typeof coreBudget): Promise<void> {
  for (const which of ['atOnce', 'inAll'] as const) {
    const seen = new Map<string, string>();
    await collect(join(folder, 'dist/index.js'), which === 'inAll', seen);
    const kilobytes = gzipSync([...seen.values()].join('\n')).length / 1000;
    if (kilobytes > budget[which]) {
      throw new Error(
        `The main entry weighs ${kilobytes.toFixed(1)} kB gzipped (${which}); its budget is ${budget[which]} kB.`,
      );
    }
  }
}

async function collect(file: string, later: boolean, seen: Map<string, string>): Promise<void> {
  if (seen.has(file)) return;
  const text = await readFile(file, 'utf8');
  seen.set(file, text);
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    const isLoadedLater = text.includes(`import("${fileName}")`);
    if (fileName.startsWith('.') && (later || !isLoadedLater))
      await collect(join(dirname(file), fileName), later, seen);
  }
}
