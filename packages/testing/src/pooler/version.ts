import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian puts it where only root looks. */
const folders = () => [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
];

/** The path of the installed PgBouncer. */
export const findPgBouncer = (): string | undefined =>
  folders()
    .map((folder) => join(folder, 'pgbouncer'))
    .find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The version of the PgBouncer on the path, in `/usr/sbin` or in `/usr/local/sbin`; undefined when there is
 * none, `unknown` when it does not tell.
 *
 * @example
 * ```ts
 * test.skipIf(pgBouncerVersion() === undefined)('behind a pooler', async () => { … });
 * ```
 */
export function pgBouncerVersion(): string | undefined {
  const program = findPgBouncer();
  if (program === undefined) return undefined;
  return /\d+\.\d+\.\d+/.exec(printedBy(program))?.[0] ?? 'unknown';
}

/** Nothing of one that cannot run: to start it tells why. */
function printedBy(program: string): string {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/**
 * Whether a PgBouncer keeps prepared statements in transaction mode, as it does from 1.21 on.
 *
 * @param version Default: that of the installed one; false when there is none.
 * @example
 * ```ts
 * const sizes = keepsPreparedStatements() ? [0, 100] : [0];
 * for (const preparedStatements of sizes) await startPgBouncer({ target, logins, preparedStatements });
 * ```
 */
export function keepsPreparedStatements(version = pgBouncerVersion()): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 21);
}
