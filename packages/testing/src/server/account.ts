import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TenantryError } from '../errors.ts';

const run = promisify(execFile);

/** The operating-system account a server runs as; PostgreSQL refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account for the server: undefined when this process is not root, else `postgres` or `nobody`. It
 * cannot be an arbitrary uid, because initdb looks up its name.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const account = await lookUp(name);
    if (account !== undefined) return account;
  }
  throw new TenantryError('TEST_POSTGRES_START_FAILED', {
    found: 'the tests run as root, and neither the account postgres nor nobody exists.',
    fix: 'Run the tests as another user, or create the account postgres.',
  });
}

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    return uid > 0 ? { name, uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

async function idOf(flag: '-u' | '-g', name: string): Promise<number> {
  return Number((await run('id', [flag, name])).stdout.trim());
}

/** Runs a program as the account (or as the current user); rejects when it fails. */
export async function runAs(
  account: Account | undefined,
  file: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<string> {
  const identity = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  const { stdout } = await run(file, [...args], {
    ...identity,
    cwd: '/',
    ...(env === undefined ? {} : { env }),
  });
  return stdout;
}
