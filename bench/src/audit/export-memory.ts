import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';

/** What the exporting process says at its end. */
interface Said {
  readonly entries: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakMb: number;
  readonly startMb: number;
}

/** Exports the log of a tenant in a process of its own, whose memory is read all the while. */
export async function measureExport(url: string, expected: number): Promise<Result> {
  // beside the bundle that `pnpm bench` runs, and without its loader of TypeScript
  const program = fileURLToPath(new URL('./audit-export.js', import.meta.url));
  const said = await new Promise<Said>((resolve, reject) => {
    const child = fork(program, [url], { execArgv: [] });
    child.once('message', (message) => resolve(message as Said));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the export ended with ${code}`)));
  });
  if (said.entries < expected) throw new Error(`${said.entries} of ${expected} entries exported`);
  return {
    ...emptyResult({ bench: 'audit', variant: 'export', base: 'export', op: 'export' }),
    entries: said.entries,
    megabytes: figure(said.bytes / 1e6),
    seconds: figure(said.seconds),
    peakMemoryMb: figure(said.peakMb),
    memoryBeforeMb: figure(said.startMb),
  };
}
