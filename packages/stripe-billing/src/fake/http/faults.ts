import { failure } from './errors.ts';

/** A failure of matching requests. */
export interface Fault {
  /** `GET /v1/subscriptions`: method and the beginning of the path. Default: every request. */
  readonly on?: string;
  /**
   * 409, 429, 500 or another status; `disconnect` closes the connection before the request is processed,
   * `lose-answer` afterwards; the client cannot distinguish the two.
   */
  readonly answer: number | 'disconnect' | 'lose-answer';
  /** The message of the error. Default: the message of Stripe. */
  readonly message?: string;
  /** How many requests fail. Default: 1. */
  readonly times?: number;
  /** The share of requests that fail, 0 to 1, instead of `times`. Default: none. */
  readonly rate?: number;
}

/** Closes the connection instead of answering. */
export class Disconnect extends Error {}

interface Armed extends Fault {
  left: number;
}

/** Stores the requested failures. */
export function createFaults(random: () => number) {
  let armed: Armed[] = [];
  const take = (request: string, late: boolean): Armed | undefined => {
    const found = armed.find(
      (fault) =>
        (fault.answer === 'lose-answer') === late &&
        (fault.on === undefined || request.startsWith(fault.on)) &&
        (fault.rate === undefined ? fault.left > 0 : random() < fault.rate),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.rate === undefined && found.left <= 0) armed = armed.filter((f) => f !== found);
    return found;
  };
  return {
    add(fault: Fault): () => void {
      const entry: Armed = { ...fault, left: fault.times ?? 1 };
      armed.push(entry);
      return () => {
        armed = armed.filter((each) => each !== entry);
      };
    },
    before(request: string): void {
      const fault = take(request, false);
      if (fault === undefined) return;
      if (typeof fault.answer === 'number') throw failure(fault.answer, fault.message);
      throw new Disconnect();
    },
    after(request: string): void {
      if (take(request, true) !== undefined) throw new Disconnect();
    },
  };
}
