import type { Person } from '../seed.ts';
import { type Answer, type Sending, sendTo } from './client.ts';
import type { World } from './world.ts';

/** Who sends a request, and which organization it names in which way. */
export interface Envelope {
  readonly as?: Person;
  /** The header x-organization. */
  readonly organization?: string;
  /** The Host header, as a browser on a subdomain sends it. */
  readonly host?: string;
  /** A token in place of the person's own. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What a step can do: send requests, look behind them, and claim something of what it saw. */
export interface Stage extends World {
  /** `send('GET /api/projects', { as: 'ada', organization: 'acme' })` */
  send(what: `${Sending['method']} /${string}`, envelope?: Envelope): Promise<Answer>;
  /** Says that something holds; the step fails here when it does not. */
  claim(holds: boolean, text: string): void;
  /** Tells what was done or seen besides requests. */
  note(text: string): void;
}

/** One promise, shown on the running application. */
export interface Step {
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

/** Hears of everything that happens on a stage, as it happens. */
export interface Audience {
  sent(what: string, envelope: Envelope): void;
  answered(answer: Answer): void;
  claimed(holds: boolean, text: string): void;
  noted(text: string): void;
}

/** A claim that does not hold. */
export class ClaimFailed extends Error {}

/** Puts a world on stage before an audience. */
export function stageOf(world: World, audience: Audience): Stage {
  return {
    ...world,
    async send(what, envelope = {}) {
      const [method, path] = what.split(' ') as [Sending['method'], string];
      audience.sent(what, envelope);
      const headers = headersOf(world, envelope);
      const answer = await sendTo(world.port, { method, path, headers, body: envelope.body });
      audience.answered(answer);
      return answer;
    },
    claim(holds, text) {
      audience.claimed(holds, text);
      if (!holds) throw new ClaimFailed(text);
    },
    note: (text) => audience.noted(text),
  };
}

function headersOf({ tokens }: World, { as, organization, host, token, headers }: Envelope) {
  const bearer = token ?? (as && tokens[as]);
  return {
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    ...(organization !== undefined && { 'x-organization': organization }),
    ...(host !== undefined && { host }),
    ...headers,
  };
}
