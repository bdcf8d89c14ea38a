import { messageOf, TenantryError } from '../errors.ts';
import type { Attempt } from './attempt.ts';
import { startContainer } from './container.ts';
import { startEmbedded } from './embedded.ts';
import { openGivenServer } from './given.ts';
import { type Run, startRun } from './run.ts';
import { fastSettings } from './settings.ts';
import { startSystem } from './system.ts';
import type {
  StartedServer,
  StartRequest,
  TestServer,
  TestServerKind,
  TestServerOptions,
} from './types.ts';

type OwnKind = Exclude<TestServerKind, 'url'>;

const ways: Readonly<Record<OwnKind, (request: StartRequest) => Promise<Attempt>>> = {
  container: startContainer,
  embedded: startEmbedded,
  system: startSystem,
};

/**
 * Gives the tests a real PostgreSQL: the server of `TEST_DATABASE_URL` when it is set, else a container,
 * else PostgreSQL 18 from npm, else an installed server. It ends with this process, however that ends.
 *
 * @param options Which server. Default: what `TEST_DATABASE_URL`, `TEST_POSTGRES` and
 *   `TEST_POSTGRES_VERSION` say.
 * @returns The connection string of a login that may create databases, and `stop`.
 * @throws TenantryError `TEST_DATABASE_URL_FAILED` when the given server cannot be used,
 *   `TEST_POSTGRES_UNAVAILABLE` when nothing can run here, `TEST_POSTGRES_START_FAILED` with the
 *   server's log when it does not start, `TEST_POSTGRES_INVALID` for an unknown choice.
 * @example
 * ```ts
 * const server = await startTestServer();
 * const pool = new pg.Pool({ connectionString: server.url });
 * // …
 * await server.stop();
 * ```
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const given = options.url ?? nonEmpty(process.env.TEST_DATABASE_URL);
  if (given !== undefined) {
    return belongToRun('url', await openGivenServer(given));
  }
  const only = options.postgres ?? choiceOf(nonEmpty(process.env.TEST_POSTGRES));
  const request: StartRequest = {
    version: options.version ?? nonEmpty(process.env.TEST_POSTGRES_VERSION),
    settings: { ...fastSettings, ...options.settings },
  };
  const refusals: string[] = [];
  for (const kind of only === undefined ? (Object.keys(ways) as OwnKind[]) : [only]) {
    const attempt = await tryTo(kind, request, only !== undefined);
    if ('started' in attempt) return belongToRun(kind, attempt.started);
    refusals.push(`${kind}: ${attempt.unavailable}`);
  }
  throw new TenantryError('TEST_POSTGRES_UNAVAILABLE', { found: `${refusals.join('; ')}.` });
}

async function tryTo(kind: OwnKind, request: StartRequest, only: boolean): Promise<Attempt> {
  try {
    return await ways[kind](request);
  } catch (error) {
    if (only) throw error;
    return { unavailable: messageOf(error) };
  }
}

async function belongToRun(kind: TestServerKind, started: StartedServer): Promise<TestServer> {
  let run: Run;
  try {
    run = await startRun(started.url, { isShared: kind === 'url' });
  } catch (error) {
    await started.stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    kind,
    url: started.url,
    run: run.name,
    version: run.serverVersion,
    stop() {
      stopped ??= run.end().then(() => started.stop());
      return stopped;
    },
  };
}

function choiceOf(value: string | undefined): OwnKind | undefined {
  if (value === undefined || value in ways) return value as OwnKind | undefined;
  throw new TenantryError('TEST_POSTGRES_INVALID', { found: `TEST_POSTGRES=${value}.` });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
