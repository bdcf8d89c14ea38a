import { AsyncResource } from 'node:async_hooks';
import type { Outcome } from '../calls.ts';
import type { BillingDatabase } from '../connect/database.ts';
import type { StoredEvent } from '../events/index.ts';

interface Waiting {
  readonly event: StoredEvent;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** How many events one statement stores at most. */
const most = 100;
/** How many statements are under way at once. */
const lanes = 4;

/**
 * Stores events durably. While statements are under way, events that arrive wait for the next one and
 * share it: a burst costs few commits. Each promise settles after the commit of its own event.
 */
export function createStore(database: BillingDatabase) {
  let waiting: Waiting[] = [];
  let running = 0;
  // events of other requests share a statement: it must not run in the scope of the first of them
  const outside = new AsyncResource('tenantry-billing-intake');

  async function flush(): Promise<void> {
    running += 1;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await store(batch);
    }
    running -= 1;
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await send(batch);
      for (const each of batch) each.resolve(outcomes[each.event.id] as Outcome);
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) only?.reject(error);
      // one event that the database refuses must not take the others with it
      else for (const each of batch) await store([each]);
    }
  }

  const send = (batch: readonly Waiting[]) =>
    database.call('receive', {
      events: [...new Map(batch.map(({ event }) => [event.id, event])).values()],
    });

  return (event: StoredEvent): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      waiting.push({ event, resolve, reject });
      if (running < lanes) outside.runInAsyncScope(() => void flush());
    });
}
