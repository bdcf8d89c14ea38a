import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestServer } from '../../packages/testing/src/index.ts';
import { CommandFailed, command } from '../steps/command.ts';
import { root } from '../steps/root.ts';
import type { Package } from './packages.ts';
import { environmentOfUser } from './user-environment.ts';

const page = join(root, 'docs/start/quickstart.md');
const heading = '## From nothing to a proof';
const promisedSeconds = 300;

/** What the project's package.json says of its modules. */
export type ModuleKind = 'ES modules' | 'CommonJS';

/**
 * Does what the first page of the docs tells a newcomer, with the packed packages in place of the
 * published ones: every command of its section, then every command that `tenantry init` prints.
 *
 * @param work Where the tarballs are, and where the project is made.
 * @throws Error when a command fails, when `expectIsolated` was not green in the project's own
 *   Vitest, when doctor finds anything in what was just made, or after five minutes.
 */
export async function followFirstPage(
  packages: readonly Package[],
  work: string,
  kind: ModuleKind,
): Promise<void> {
  const start = performance.now();
  const folder = join(work, kind === 'CommonJS' ? 'fresh-commonjs' : 'fresh-esm');
  await mkdir(folder);
  const server = await startTestServer();
  const run = (line: string) =>
    command('sh', ['-c', line], {
      cwd: folder,
      env: { ...environmentOfUser(), DATABASE_URL: server.url },
    });
  try {
    const seen: string[] = [];
    for (const line of await commandsOfPage()) {
      const asked = kind === 'CommonJS' ? line.replace(/ && npm pkg set type=module/, '') : line;
      const output = await run(fromTarballs(asked, packages, work));
      seen.push(output);
      if (!/^npx tenantry init/.test(line)) continue;
      for (const step of printedSteps(output)) seen.push(await followStep(step, run));
    }
    const proof = /\d+ tables, \d+ attacks, \d+ rows in reach with isolation off/;
    if (!seen.some((output) => proof.test(output) && /1 passed/.test(output))) {
      throw new Error(`expectIsolated was not green:\n${seen.join('\n')}`);
    }
    await run('npx tenantry generate --check');
  } finally {
    await server.stop();
  }
  const seconds = (performance.now() - start) / 1000;
  if (seconds > promisedSeconds) throw new Error(`It took ${seconds.toFixed(0)} s.`);
}

async function commandsOfPage(): Promise<string[]> {
  const [, section] = (await readFile(page, 'utf8')).split(heading);
  const block = /```sh\n([\s\S]*?)```/.exec(section ?? '')?.[1];
  if (block === undefined) throw new Error(`${page} has no commands below "${heading}".`);
  return block.trim().split('\n');
}

/** The packages of this repository come from their tarballs, the others from the registry. */
function fromTarballs(line: string, packages: readonly Package[], work: string): string {
  if (!line.startsWith('npm install')) return line;
  const words = line.split(' ').map((word) => {
    const own = packages.find(({ manifest }) => manifest.name === word);
    if (own === undefined) return word;
    const { name, version } = own.manifest;
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return `'${join(work, own.folder, file)}'`;
  });
  return `${words.join(' ')} --prefer-offline --no-audit --no-fund`;
}

/** The commands below "Next" that `tenantry init` prints, without its links. */
function printedSteps(output: string): string[] {
  const [, next = ''] = output.split(/^Next$/m);
  const steps = next.split('\n').flatMap((line) => /^ {2}(npx .*)$/.exec(line)?.[1] ?? []);
  if (steps.length === 0) throw new Error(`\`tenantry init\` named no next step:\n${output}`);
  return steps;
}

/** Doctor may call the server of the tests old: that is true, and not the project's fault. */
async function followStep(line: string, run: (line: string) => Promise<string>): Promise<string> {
  try {
    return await run(line);
  } catch (error) {
    const isDoctor = line.startsWith('npx tenantry doctor') && error instanceof CommandFailed;
    if (!isDoctor) throw error;
    const rules = [...error.message.matchAll(/\/rules\/([a-z-]+)/g)].map(([, rule]) => rule);
    if (rules.length === 0 || rules.some((rule) => rule !== 'server-out-of-date')) throw error;
    return error.message;
  }
}
