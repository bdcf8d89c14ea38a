import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { builtPackages } from '../../../../scripts/packaging/built.ts';

const cli = fileURLToPath(new URL('../..', import.meta.url));
const built = await builtPackages();

/** What a run of a command printed, and its exit code. */
export interface Output {
  readonly code: number;
  readonly text: string;
}

/** What drizzle-kit asked in a terminal, and how the command ended. */
export interface Answered extends Output {
  readonly asked: readonly {
    readonly question: string;
    readonly options: readonly string[];
    readonly answer: string;
  }[];
}

/** A project of a user in a folder of its own, removed after the file's last test. */
export interface TestProject {
  readonly folder: string;
  write(file: string, text: string): void;
  read(file: string): string;
  /** Runs `tenantry`, without a terminal. */
  tenantry(...args: readonly string[]): Promise<Output>;
  /** Runs `tenantry` in a terminal, with the number of the option for each question of drizzle-kit. */
  inTerminal(answers: readonly number[], ...args: readonly string[]): Promise<Answered>;
  /** A copy of the project as it is now, in a folder of its own. */
  copy(): TestProject;
  /** The same project, with commands run in a folder of it. */
  in(folder: string): Pick<TestProject, 'tenantry'>;
  /** Runs the program of an installed package, as npx does. */
  run(name: string, ...args: readonly string[]): Promise<Output>;
  /** Runs `drizzle-kit generate` as a project without Tenantry does. */
  drizzleKitGenerate(): Promise<Output>;
  /** The migrations, oldest first. */
  migrations(): string[];
}

const drizzleConfig = `import { defineConfig } from 'drizzle-kit';
export default defineConfig({ dialect: 'postgresql', schema: './src/schema.ts', out: './drizzle' });
`;

/**
 * Makes a project with this schema module and tenantry.config.ts.
 * @param more packages that are installed beside those that every project has
 */
export function testProject(
  files: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): TestProject {
  const project = emptyProject(more);
  project.write('package.json', '{ "type": "module", "private": true }');
  project.write('drizzle.config.ts', drizzleConfig);
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

/** A folder in which the packages of a user are installed, and nothing else. */
export function emptyProject(more: readonly string[] = []): TestProject {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-project-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['@tenantry/core', '@tenantry/rls', 'drizzle-orm', 'drizzle-kit', ...more]) {
    const ours = join(built, name.replace('@tenantry/', ''));
    const own = join(cli, 'node_modules', name);
    const beside = name === '@tenantry/testing' ? 'testing' : join('testing/node_modules', name);
    const theirs = existsSync(own) ? own : join(cli, '..', beside);
    link(folder, name, existsSync(ours) ? ours : theirs);
  }
  link(folder, 'tenantry', join(built, 'cli'));
  return projectIn(folder);
}

function link(folder: string, name: string, target: string): void {
  mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
  symlinkSync(target, join(folder, 'node_modules', name));
}

function projectIn(folder: string): TestProject {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const run = (
    args: readonly string[],
    cwd = folder,
    program = process.execPath,
  ): Promise<Output> =>
    new Promise((done) => {
      const child = execFile(
        program,
        [...args],
        { cwd, env: userEnvironment(), maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          done({
            code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
            text: stdout + stderr,
          }),
      );
      child.stdin?.end();
    });
  const tenantry = (args: readonly string[]) => [join(built, 'cli/bin/tenantry.js'), ...args];
  return {
    folder,
    write,
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    tenantry: (...args) => run(tenantry(args)),
    async inTerminal(answers, ...args) {
      const script = fileURLToPath(new URL('terminal.py', import.meta.url));
      const command = [script, JSON.stringify(answers), process.execPath, ...tenantry(args)];
      const { code, text } = await run(command, folder, 'python3');
      if (code !== 0) throw new Error(text);
      return JSON.parse(text) as Answered;
    },
    copy() {
      const other = mkdtempSync(join(tmpdir(), 'tenantry-project-'));
      afterAll(() => rmSync(other, { recursive: true, force: true }));
      cpSync(folder, other, { recursive: true, verbatimSymlinks: true });
      return projectIn(other);
    },
    in: (inner) => ({ tenantry: (...args) => run(tenantry(args), join(folder, inner)) }),
    run: (name, ...args) => run([binOf(join(folder, 'node_modules', name), name), ...args]),
    drizzleKitGenerate: () => run([join(folder, 'node_modules/drizzle-kit/bin.cjs'), 'generate']),
    migrations: () => {
      try {
        return readdirSync(join(folder, 'drizzle'))
          .filter((name) => name.endsWith('.sql'))
          .sort();
      } catch {
        return [];
      }
    },
  };
}

function binOf(folder: string, name: string): string {
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name]);
}

/** That of a user: nothing of the package manager and the test runner that these tests run in. */
function userEnvironment(): NodeJS.ProcessEnv {
  const own = /^(npm_|pnpm_|VITEST|VITE_|NODE_PATH$|NODE_ENV$|TEST$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
