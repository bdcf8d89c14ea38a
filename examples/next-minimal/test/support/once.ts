import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `make` in one process at a time, and not when another process has done it meanwhile. The file of a
 * process that was killed is taken over.
 * @param isDone whether there is nothing left to make
 */
export async function onceOfAll(
  file: string,
  isDone: () => boolean,
  make: () => Promise<void>,
): Promise<void> {
  while (!isDone()) {
    if (!take(file)) {
      await sleep(200);
      continue;
    }
    try {
      if (!isDone()) await make();
      return;
    } finally {
      rmSync(file, { force: true });
    }
  }
}

function take(file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch {
    if (isLeft(file)) rmSync(file, { force: true });
    return false;
  }
}

function isLeft(file: string): boolean {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner > 0) process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH';
  }
}
