/**
 * Settings of a server without valuable data: no write waits for the disk, and time zone and messages are
 * the same on every machine.
 */
export const fastSettings: Readonly<Record<string, string>> = Object.freeze({
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  // The folder of the server may be in memory.
  max_wal_size: '256MB',
  timezone: 'UTC',
  lc_messages: 'C',
});

/** The settings as arguments of `postgres`. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
