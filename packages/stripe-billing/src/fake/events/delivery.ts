import type { FakeEvent } from '../objects.ts';
import { signPayload, thinEvent } from './payload.ts';

/** A destination for events. */
export interface Destination {
  /** An address, or the handler itself: no server is needed to test one. */
  readonly to: string | ((request: Request) => Response | Promise<Response>);
  /** The signing secrets; several while one is rotated. */
  readonly secret: string | readonly string[];
  /** The types to send, `customer.*` for a family. Default: every type. */
  readonly events?: readonly string[];
  /** `thin` sends ids only. Default: 'classic'. */
  readonly form?: 'classic' | 'thin';
}

/** Options of one call of `deliver`. */
export interface DeliverOptions {
  /** The order in which events arrive. Default: 'sent'. */
  readonly order?: 'sent' | 'reversed' | 'shuffled';
  /** The share that is delivered twice, 0 to 1. Default: 0. */
  readonly duplicate?: number;
  /** The share that is never delivered, 0 to 1. Default: 0. */
  readonly drop?: number;
  /** The share that waits for a later call, 0 to 1. Default: 0. */
  readonly delay?: number;
  /** How many deliveries run at once. Default: 1. */
  readonly concurrency?: number;
  /** Chooses among the waiting events. Default: all of them. */
  readonly only?: (event: FakeEvent) => boolean;
}

/** The result of a delivery. */
export interface DeliverReport {
  /** Answered with 2xx, duplicates included. */
  readonly accepted: number;
  /** Other responses, or none; these events wait for the next call, like a retry of Stripe. */
  readonly refused: number;
  readonly dropped: number;
  readonly delayed: number;
  readonly statuses: readonly number[];
}

interface Waiting {
  readonly event: FakeEvent;
  readonly destination: Destination;
}

const wants = ({ events }: Destination, type: string) =>
  events === undefined ||
  events.some(
    (each) =>
      each === '*' || each === type || (each.endsWith('*') && type.startsWith(each.slice(0, -1))),
  );

/** Queues events for their destinations, and delivers them with the requested failures. */
export function createDelivery(random: () => number) {
  const destinations: Destination[] = [];
  let waiting: Waiting[] = [];

  async function post({ event, destination }: Waiting): Promise<number> {
    const { to, secret, form } = destination;
    const payload = JSON.stringify(form === 'thin' ? thinEvent(event) : event);
    const init = {
      method: 'POST',
      body: payload,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signPayload(payload, secret),
      },
    };
    try {
      const response =
        typeof to === 'string'
          ? await fetch(to, init)
          : await to(new Request('http://webhooks.test/', init));
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0; // no server, or the handler threw
    }
  }

  return {
    add(destination: Destination): () => void {
      destinations.push(destination);
      return () => {
        destinations.splice(destinations.indexOf(destination), 1);
      };
    },
    offer(event: FakeEvent): void {
      for (const destination of destinations) {
        if (wants(destination, event.type)) waiting.push({ event, destination });
      }
    },
    get waiting(): readonly FakeEvent[] {
      return waiting.map(({ event }) => event);
    },
    async deliver(options: DeliverOptions = {}): Promise<DeliverReport> {
      const { order = 'sent', duplicate = 0, drop = 0, delay = 0, concurrency = 1 } = options;
      const { only = () => true } = options;
      const chosen = waiting.filter(({ event }) => only(event));
      const later = waiting.filter(({ event }) => !only(event));
      const sends: Waiting[] = [];
      let dropped = 0;
      let delayed = 0;
      for (const each of chosen) {
        const fate = random();
        if (fate < drop) dropped += 1;
        else if (fate < drop + delay) {
          delayed += 1;
          later.push(each);
        } else {
          sends.push(each);
          if (random() < duplicate) sends.push(each);
        }
      }
      if (order === 'reversed') sends.reverse();
      if (order === 'shuffled') shuffle(sends, random);
      waiting = later;

      const statuses: number[] = [];
      const refused = new Set<Waiting>();
      const next = sends[Symbol.iterator]();
      const lane = async () => {
        for (const each of next) {
          const status = await post(each);
          statuses.push(status);
          if (status < 200 || status > 299) refused.add(each);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, lane));
      waiting.push(...refused);
      const accepted = statuses.filter((status) => status >= 200 && status <= 299).length;
      return { accepted, refused: statuses.length - accepted, dropped, delayed, statuses };
    },
  };
}

/** Fisher and Yates. */
function shuffle<T>(list: T[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [list[i] as T, list[j] as T];
    list[i] = b;
    list[j] = a;
  }
}
