import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';

/** A source of throw-away databases. */
export interface ThrowAway {
  /** A new, empty database. @returns its url */
  create(): Promise<string>;
  end(): Promise<void>;
}

interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

const shadowOf = ({ database }: Project): string | undefined =>
  (database.shadowUrl ?? process.env.TENANTRY_SHADOW_URL) || undefined;

/** Whether a server is configured, so that none has to be started. */
export const hasShadow = (project: Project): boolean =>
  (isDistributed(project) ? clusterOf(project) : shadowOf(project)) !== undefined;

const isDistributed = ({ tenancy }: Project) => tenancy.dialect === 'citus';
const clusterOf = (project: Project) =>
  shadowOf(project) ?? (process.env.TEST_CITUS_URL || undefined);

/**
 * A server for throw-away databases: that of `database.shadowUrl` or TENANTRY_SHADOW_URL, or one that
 * `@tenantry/testing` starts when the project has it. Undefined when there is none. What Citus runs needs
 * a cluster: that of `database.shadowUrl`, TENANTRY_SHADOW_URL or TEST_CITUS_URL.
 */
export async function throwAway(project: Project): Promise<ThrowAway | undefined> {
  if (isDistributed(project)) return onCluster(project, clusterOf(project));
  const named = shadowOf(project);
  if (named !== undefined) return on(named, async () => {});
  const server = await testServer(project);
  return server && on(server.url, () => server.stop());
}

interface Testing {
  startTestServer(): Promise<TestServer>;
  createCitusDatabase(options: { url: string }): Promise<{ url: string; drop(): Promise<void> }>;
}

/** `@tenantry/testing`, where the project has it. */
async function testingOf({ folder }: Project): Promise<Testing | undefined> {
  let file: string;
  try {
    file = createRequire(join(folder, 'package.json')).resolve('@tenantry/testing');
  } catch {
    return undefined; // not installed
  }
  return (await import(pathToFileURL(file).href)) as Testing;
}

/** Databases on every node of a cluster. */
async function onCluster(
  project: Project,
  url: string | undefined,
): Promise<ThrowAway | undefined> {
  const testing = url === undefined ? undefined : await testingOf(project);
  if (testing === undefined || url === undefined) return undefined;
  const made: { drop(): Promise<void> }[] = [];
  return {
    async create() {
      const database = await testing.createCitusDatabase({ url });
      made.push(database);
      return database.url;
    },
    async end() {
      for (const database of made) await database.drop();
    },
  };
}

async function testServer(project: Project): Promise<TestServer | undefined> {
  const testing = await testingOf(project);
  if (testing === undefined) return undefined;
  try {
    return await testing.startTestServer();
  } catch (error) {
    const { found, message } = error as Error & { found?: string };
    throw new TenantryError('CONFIG_INVALID', {
      found: `nothing was proven, because @tenantry/testing started no server: ${found ?? message}`,
      fix: 'Name a server for databases that are thrown away in database.shadowUrl or TENANTRY_SHADOW_URL; or pass --no-prove.',
      cause: error,
    });
  }
}

function on(url: string, stop: () => Promise<void>): ThrowAway {
  const made: string[] = [];
  const run = (statement: string) => withClient(url, (client) => client.query(statement));
  return {
    async create() {
      const database = `tenantry_check_${randomBytes(6).toString('hex')}`;
      try {
        await run(`create database "${database}"`);
      } catch (error) {
        throw new TenantryError('CONFIG_INVALID', {
          found: `no database can be made on the server of database.shadowUrl: ${error instanceof Error ? error.message : 'unknown'}.`,
          fix: 'Name a login that may create databases and roles, on a server that is not that of production.',
          cause: error,
        });
      }
      made.push(database);
      const own = new URL(url);
      own.pathname = `/${database}`;
      return own.href;
    },
    async end() {
      for (const database of made) await run(`drop database if exists "${database}" with (force)`);
      await stop();
    },
  };
}

interface Client {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Runs `fn` with its own connection. */
export async function withClient<R>(url: string, fn: (client: Client) => Promise<R>): Promise<R> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await fn(client as unknown as Client);
  } finally {
    await client.end();
  }
}
