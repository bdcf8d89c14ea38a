import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { MoverOrder } from './mover.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const file = fileURLToPath(new URL('./mover.ts', import.meta.url));

/** Runs a mover; undefined when it was killed. */
export const runMover = (order: MoverOrder) =>
  new Promise<{ writes: number } | undefined>((resolve, reject) => {
    const args = ['--conditions=@tenantry/source', '--import', tsx, file, JSON.stringify(order)];
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (error?.signal === 'SIGKILL') resolve(undefined);
      else if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(stderr));
    });
  });
