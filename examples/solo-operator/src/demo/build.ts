import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The folder of the application. */
export const home = join(import.meta.dirname, '../..');

const output = join(home, '.next');
const mark = join(output, 'built-from');
const lock = join(home, '.next-lock');

/** What `next build` reads. */
const parts = ['app', 'lib', 'src', 'next.config.ts', 'tsconfig.json', 'package.json'];

/** Runs `next build`, unless nothing has changed since; one process at a time. It needs no network and no database. */
export async function buildApp(): Promise<void> {
  const hash = hashOf();
  const isBuilt = () => existsSync(mark) && readFileSync(mark, 'utf8') === hash;
  while (!isBuilt()) {
    if (!take()) {
      await sleep(200);
      continue;
    }
    try {
      if (isBuilt()) return;
      rmSync(mark, { force: true });
      await nextBuild();
      writeFileSync(mark, hash);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

async function nextBuild(): Promise<void> {
  // what Vitest and tsx set for this process is not meant for the build
  const { NODE_OPTIONS, VITEST, ...env } = process.env;
  const needed = { DATABASE_URL: 'postgres://build', DATABASE_URL_SYSTEM: 'postgres://build' };
  const next = join(home, 'node_modules/next/dist/bin/next');
  await promisify(execFile)(process.execPath, [next, 'build', home], {
    env: { ...env, ...needed, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    maxBuffer: 1e8,
  });
}

/** Takes the lock; that of a process which was killed is taken over. */
function take(): boolean {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch {
    try {
      process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    } catch (error) {
      if ((error as { code?: string }).code === 'ESRCH') rmSync(lock, { recursive: true });
    }
    return false;
  }
}

/** Of the application, and of the packages that are built into it. */
function hashOf(): string {
  const packages = join(home, 'node_modules/@tenantry');
  const folders = readdirSync(packages).flatMap((name) =>
    ['src', 'dist', 'package.json'].map((part) => join(packages, name, part)),
  );
  const hash = createHash('sha256');
  for (const file of [...parts.map((part) => join(home, part)), ...folders].flatMap(filesOf))
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .sort();
}
