import pg from 'pg';
import { readPayload } from './payload.ts';

/** What a listener tells. */
export interface Listening {
  /** The roles of a tenant have changed; undefined when those of all may have. */
  changed(tenant: string | undefined, version: number): void;
  /** Notifications may be lost from here on: forget everything. */
  lost(): void;
}

const firstPauseMs = 100;
const longestPauseMs = 30_000;

/**
 * Listens on a connection of its own, and opens another one when it is lost. It needs a direct
 * connection: behind a pooler in transaction mode nobody is told anything.
 * @param channel a name that needs no quotes
 * @returns ends it
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
      // what cannot be read may stand for any change
      changed(change?.tenant, change?.version ?? 0);
    });
    try {
      await own.connect();
      await own.query(`listen ${channel}`);
      client = own;
      if (ended) return void own.end().catch(() => {});
      // what changed before the first notification could come
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
