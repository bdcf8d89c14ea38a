import { messageOf, TenantryError } from '../errors.ts';
import { withClient } from '../sql/client.ts';
import type { StartedServer } from './types.ts';

const oldestVersion = 150000;

/** The server that the caller has given: checked at once, never replaced by another. */
export async function openGivenServer(url: string): Promise<StartedServer> {
  const facts = await withClient(url, async (client) => {
    const { rows } = await client.query<{ version: number; may_create: boolean; login: string }>(
      `select current_setting('server_version_num')::int as version, current_user as login,
              rolcreatedb or rolsuper as may_create
         from pg_catalog.pg_roles where rolname = current_user`,
    );
    return rows[0];
  }).catch((error: unknown) => {
    throw new TenantryError('TEST_DATABASE_URL_FAILED', {
      found: `${withoutPassword(url)} (${messageOf(error)}).`,
      cause: error,
    });
  });
  if (facts === undefined || facts.version < oldestVersion) {
    throw new TenantryError('TEST_DATABASE_URL_FAILED', {
      found: `server version ${facts?.version ?? 'unknown'}.`,
      fix: 'Use PostgreSQL 15 or newer.',
    });
  }
  if (!facts.may_create) {
    throw new TenantryError('TEST_DATABASE_URL_FAILED', {
      found: `the login ${facts.login} may not create databases.`,
      fix: 'Grant it with ALTER ROLE … CREATEDB, or use another login.',
    });
  }
  return { url, stop: async () => {} };
}

/** A connection string that can be shown. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'a text that is no connection string';
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  // Connection strings may carry the password as a parameter too.
  if (shown.searchParams.has('password')) shown.searchParams.set('password', '***');
  return shown.href;
}
