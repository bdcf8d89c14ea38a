import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtTarballs } from '../../../scripts/packaging/built-tarballs.ts';
import { environmentOfUser } from '../../../scripts/packaging/user-environment.ts';
import { command } from '../../../scripts/steps/command.ts';
import { root } from '../../../scripts/steps/root.ts';

// What the READMEs say below "Copy it out", with the packages of this checkout in place of published ones.

const work = await realpath(await mkdtemp(join(tmpdir(), 'tenantry-copy-')));
afterAll(() => rm(work, { recursive: true, force: true }));

let tarballs: Readonly<Record<string, string>>;
beforeAll(async () => {
  tarballs = await builtTarballs(join(work, 'tarballs'));
});

const copy = (...args: string[]) =>
  command('node', [join(root, 'scripts/copy-example.mjs'), ...args], { cwd: work });
const outcome = (run: Promise<string>) =>
  run.then(
    () => 'copied',
    (error: Error) => error.message,
  );

/** Nothing is published yet. */
async function takeTarballs(folder: string): Promise<void> {
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  for (const kind of ['dependencies', 'devDependencies'])
    for (const name of Object.keys(manifest[kind] ?? {}))
      if (tarballs[name] !== undefined) manifest[kind][name] = `file:${tarballs[name]}`;
  await writeFile(file, JSON.stringify(manifest));
}

it.each(['b2b-saas', 'workspaces', 'team-boilerplate', 'solo-operator'])(
  '%s is copied out, installed and proves its claims',
  async (name) => {
    const app = join(work, name);
    const run = (...words: [string, ...string[]]) =>
      command(words[0], words.slice(1), { cwd: app, env: environmentOfUser() });
    expect(await copy(name, app)).toContain(`cd ${name} && npm install && npm start`);
    await takeTarballs(app);
    await takeTarballs(join(app, 'kit'));
    await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
    expect(await run('npm', 'start', '--', '--once')).toMatch(/All \d+ claims hold/);
    // the command that is installed finds the migrations as the schema says
    expect(await run('npm', 'run', 'db:generate', '--', '--check')).toContain('up to date');
    await rm(app, { recursive: true });
  },
);

it('says what it needs, and overwrites nothing', async () => {
  expect(await outcome(copy())).toContain('Usage: node scripts/copy-example.mjs b2b-saas|');
  expect(await outcome(copy('companions', 'x'))).toContain('Usage:');
  expect(await outcome(copy('b2b-saas', 'a', 'b'))).toContain('Usage:');
  expect(await outcome(copy('b2b-saas', 'tarballs'))).toContain('choose a new folder');
  expect(await outcome(copy('b2b-saas', join(root, 'copy')))).toContain('outside of it');
});
