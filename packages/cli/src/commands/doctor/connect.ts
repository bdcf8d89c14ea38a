import { TenantryError } from '@tenantry/core';
import pg from 'pg';

const connectTimeoutMs = 10_000;

/**
 * Runs `fn` with its own connection.
 * @throws TenantryError `DOCTOR_CANNOT_CONNECT` names host, database and login, never the password
 */
export async function withConnection<R>(
  url: string,
  fn: (client: pg.Client) => Promise<R>,
): Promise<R> {
  const client = connectionTo(url);
  client.on('error', () => {}); // the next query reports it
  try {
    await client.connect();
  } catch (error) {
    throw new TenantryError('DOCTOR_CANNOT_CONNECT', {
      found: `${shownUrl(url)}: ${reason(error)}`,
      ...fixOf(error),
      cause: error,
    });
  }
  try {
    return await fn(client);
  } finally {
    await client.end().catch(() => {});
  }
}

function connectionTo(url: string): pg.Client {
  try {
    // pg would treat any other text as a database name
    if (!/^(postgres(ql)?:\/\/|socket:|\/)/.test(url)) throw new Error('no such form');
    return new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'tenantry doctor',
    });
  } catch {
    throw new TenantryError('DOCTOR_CANNOT_CONNECT', {
      found: 'a connection string that cannot be read.',
      fix: 'Use the form postgres://login:password@host:5432/database, with special characters percent-encoded.',
    });
  }
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case '28P01':
    case '28000':
      return `the server refuses the login or its password (${code}).`;
    case '3D000':
      return 'there is no such database (3D000).';
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED).';
    case 'ENOTFOUND':
      return 'there is no such host (ENOTFOUND).';
    default:
      return `${message === undefined || message === '' ? 'no answer' : message}${code === undefined ? '' : ` (${code})`}.`;
  }
}

/** A special fix, for errors where the usual one would mislead. */
function fixOf(error: unknown): { readonly fix?: string } {
  switch ((error as { code?: string }).code) {
    case '3D000':
      return {
        fix: 'Create the database, or correct its name at the end of the connection string.',
      };
    case 'ECONNREFUSED':
      return {
        fix: 'Start PostgreSQL, or correct the host and the port of the connection string.',
      };
    case 'ENOTFOUND':
      return { fix: 'Correct the host of the connection string.' };
    default:
      return {};
  }
}

/** A connection string without its password and its parameters. */
export function shownUrl(url: string): string {
  try {
    const { username, host, pathname } = new URL(url);
    return `${username === '' ? '' : `${decodeURIComponent(username)}@`}${host}${pathname}`;
  } catch {
    return 'the connection string';
  }
}
