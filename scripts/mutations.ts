import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestServer, type TestServerKind } from '../packages/testing/src/index.ts';
import { command, endCommandsWithUs } from './steps/command.ts';
import { messageOf } from './steps/run-steps.ts';

// pnpm test:mutations         the mutation check on every supported PostgreSQL
// pnpm test:mutations 15 17   on some; a version without a server is a failure
// What generate makes for the example is broken in every way on 18, and in some ways on the others.

/** Where each major version comes from. */
const places: Readonly<Record<string, Exclude<TestServerKind, 'url'>>> = {
  15: 'system',
  16: 'embedded',
  17: 'embedded',
  18: 'embedded',
};
const namesOfPlaces = { embedded: 'npm', system: 'installed', container: 'container' };

interface Outcome {
  readonly version: string;
  readonly from: string;
  readonly mutations: number;
  readonly noticed: number;
  /** Whether the unbroken schema gave no finding and held, and nothing else failed. */
  readonly clean: boolean;
  readonly seconds: number;
}

endCommandsWithUs();
const work = await mkdtemp(join(tmpdir(), 'tenantry-mutations-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

async function check(major: string): Promise<Outcome> {
  const start = performance.now();
  const from = places[major] ?? 'system';
  const none = { mutations: 0, noticed: 0, clean: false };
  try {
    const server = await startTestServer({ postgres: from, version: major });
    try {
      console.log(`\nPostgreSQL ${server.version} (${namesOfPlaces[from]})`);
      return {
        version: server.version,
        from: namesOfPlaces[from],
        ...(await attack(server.url, join(work, `${major}.json`), major === '18')),
        seconds: (performance.now() - start) / 1000,
      };
    } finally {
      await server.stop();
    }
  } catch (error) {
    console.error(`\nPostgreSQL ${major}: ${messageOf(error)}`);
    return { version: major, from: 'not found', ...none, seconds: 0 };
  }
}

async function attack(url: string, report: string, everyWay: boolean) {
  const projects = ['testing', 'b2b-saas'].flatMap((name) => ['--project', name]);
  const args = ['run', '--config', 'vitest.workspace.ts', ...projects, 'mutations'];
  const green = await command('vitest', [...args, `--outputFile.json=${report}`], {
    live: true,
    env: { TEST_DATABASE_URL: url, TENANTRY_LONG: '1', TENANTRY_EVERY_WAY: everyWay ? '1' : '0' },
  }).then(
    () => true,
    () => false,
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { assertionResults: { ancestorTitles: string[]; status: string }[] }[];
  };
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const breaking = tests.filter(({ ancestorTitles }) => ancestorTitles.includes('noticed:'));
  const noticed = breaking.filter(({ status }) => status === 'passed').length;
  return { mutations: breaking.length, noticed, clean: green };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((major) => !Object.hasOwn(places, major));
if (unknown.length > 0) {
  console.error(
    `\`pnpm test:mutations\` knows ${Object.keys(places).join(', ')}, not ${unknown.join(', ')}.`,
  );
  process.exit(2);
}

const outcomes: Outcome[] = [];
for (const major of asked.length > 0 ? asked : Object.keys(places)) {
  outcomes.push(await check(major));
}

const row = (cells: readonly string[]) =>
  cells.map((cell, at) => (at < 2 ? cell.padEnd(12) : cell.padStart(10))).join('');
console.log(`\n${row(['PostgreSQL', 'from', 'mutations', 'noticed', 'seconds'])}`);
for (const { version, from, mutations, noticed, clean, seconds } of outcomes) {
  const counts = [mutations, noticed].map(String);
  console.log(
    `${row([version.split(' ')[0] ?? version, from, ...counts, seconds.toFixed(1)])}  ${clean ? '✓' : '✗'}`,
  );
}
const whole = ({ clean, mutations, noticed }: Outcome) =>
  clean && mutations > 0 && noticed === mutations;
process.exitCode = outcomes.every(whole) ? 0 : 1;
