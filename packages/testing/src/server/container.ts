import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { type Attempt, unavailable } from './attempt.ts';
import { settingArguments } from './settings.ts';
import type { StartRequest } from './types.ts';

const probeTimeoutMs = 500;
const startTimeoutMs = 120_000;
const defaultMajor = '18';

/** The official image in a container; needs a container runtime and `@testcontainers/postgresql`. */
export async function startContainer(request: StartRequest): Promise<Attempt> {
  // Importing testcontainers takes seconds, so the runtime is checked first.
  if (!(await containerRuntimeAnswers())) return unavailable('no container runtime answers');
  let library: typeof import('@testcontainers/postgresql');
  try {
    library = await import('@testcontainers/postgresql');
  } catch (error) {
    return unavailable(`@testcontainers/postgresql cannot be loaded (${messageOf(error)})`);
  }
  try {
    const container = await new library.PostgreSqlContainer(
      `postgres:${request.version ?? defaultMajor}-alpine`,
    )
      .withDatabase('postgres')
      .withUsername('postgres')
      .withCommand(['postgres', ...settingArguments(request.settings)])
      .withStartupTimeout(startTimeoutMs)
      .start();
    return {
      started: {
        url: container.getConnectionUri(),
        stop: async () => void (await container.stop()),
      },
    };
  } catch (error) {
    return unavailable(`the container did not start (${messageOf(error)})`);
  }
}

/** Whether a container runtime answers `/_ping` within half a second. */
export async function containerRuntimeAnswers(env = process.env): Promise<boolean> {
  const answers = await Promise.all(runtimeAddresses(env).map(ping));
  return answers.includes(true);
}

type RuntimeAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number };

function runtimeAddresses(env: NodeJS.ProcessEnv): RuntimeAddress[] {
  const given = env.DOCKER_HOST;
  if (given !== undefined && given !== '') {
    if (given.startsWith('unix://')) return [{ socketPath: given.slice('unix://'.length) }];
    if (!URL.canParse(given)) return [];
    const { hostname, port } = new URL(given.replace(/^tcp:/, 'http:'));
    return [{ host: hostname, port: Number(port || 2375) }];
  }
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(homedir(), '.docker', 'desktop', 'docker.sock'),
  ]
    .filter((socketPath) => existsSync(socketPath))
    .map((socketPath) => ({ socketPath }));
}

function ping(address: RuntimeAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = httpRequest({ ...address, path: '/_ping', timeout: probeTimeoutMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    // The socket's own timeout only measures idle time.
    const timer = setTimeout(() => asked.destroy(), probeTimeoutMs);
    asked.once('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
