import pg from 'pg';
import { readPayload } from './payload.ts';

/** The callbacks of a listener. */
export interface Listening {
  /** The roles of a tenant have changed; undefined means possibly of all tenants. */
  changed(tenant: string | undefined, version: number): void;
  /** Notifications may have been lost: clear the whole cache. */
  lost(): void;
}

const firstPauseMs = 100;
const longestPauseMs = 30_000;

/**
 * Listens on its own connection, and reconnects when it is lost. It needs a direct connection: behind a
 * pooler in transaction mode no notification arrives.
 * @param channel a name that needs no quotes
 * @returns a function that stops it
 */
export function listen(
  connectionString: string,
  channel: string,
  { changed, lost }: Listening,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const retry = (pause: number) => {
    if (ended) return;
    timer = setTimeout(() => void connect(pause), pause);
    timer.unref();
  };

  async function connect(pause: number): Promise<void> {
    const own = new pg.Client({ connectionString, keepAlive: true });
    let gone = false;
    const goneOnce = () => {
      if (gone) return;
      gone = true;
      lost();
      void own.end().catch(() => {});
      retry(Math.min(pause * 2, longestPauseMs));
    };
    own.on('error', goneOnce);
    own.on('end', goneOnce);
    own.on('notification', ({ payload }) => {
      const change = readPayload(payload);
      // an unreadable payload may mean any change
      changed(change?.tenant, change?.version ?? 0);
    });
    try {
      await own.connect();
      await own.query(`listen ${channel}`);
      client = own;
      if (ended) return void own.end().catch(() => {});
      // covers changes before the first notification could arrive
      lost();
      pause = firstPauseMs;
    } catch {
      goneOnce();
    }
  }

  void connect(firstPauseMs);
  return async () => {
    ended = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
}
