import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect } from 'vitest';

const folder = fileURLToPath(new URL('../..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'b2b-saas-demo-'));
chmodSync(temporary, 0o755); // as root the server runs under another account
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Starts the demo with a temporary folder of its own, on PostgreSQL from npm. */
export function startDemo(args: string[], environment: Record<string, string> = {}) {
  const { TEST_DATABASE_URL: _, TEST_POSTGRES: __, NODE_OPTIONS: ___, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['--conditions=@tenantry/source', '--import', 'tsx', 'src/demo.ts', ...args],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, TSX_DISABLE_CACHE: '1', TMPDIR: temporary, PORT: '0', ...environment },
    },
  );
  children.push(child);
  let output = '';
  const collect = (part: Buffer) => {
    output += part.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    exit,
    output: () => output,
    async until(text: string) {
      while (!output.includes(text) && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (!output.includes(text)) throw new Error(`the demo ended without ${text}:\n${output}`);
    },
  };
}

/** The processes whose command line names the temporary folder: the server and its keeper. */
export function processesOfDemo(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(temporary));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

export function expectNothingLeft(): void {
  expect(readdirSync(temporary)).toEqual([]);
  if (process.platform === 'linux') expect(processesOfDemo()).toEqual([]);
}
