import { type Answer, sendTo } from './client.ts';

/** A running application on a port of this machine. */
export interface World {
  readonly port: number;
  close(): Promise<void>;
}

/** Method and path of a request. */
type What = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** What a request has besides method and path. An application adds who sends it, and to which tenant. */
export interface BaseEnvelope {
  readonly body?: unknown;
}

/** What a step can do: send requests, claim something of what it saw, and use the world. */
export type StageOf<W extends World, E extends BaseEnvelope> = W & {
  /** `send('GET /api/projects', { as: 'ada', organization: 'acme' })` */
  send(what: What, envelope?: E): Promise<Answer>;
  /** Says that something holds; the step fails here when it does not. */
  claim(holds: boolean, text: string): void;
  /** Tells what was done or seen besides requests. */
  note(text: string): void;
};

/** One promise, shown on the running application. */
export interface StepOn<Stage> {
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

/** Hears of everything that happens on a stage, as it happens. */
export interface Audience {
  /** @param sender who sends it, in words */
  sent(what: string, sender: string, body: unknown): void;
  answered(answer: Pick<Answer, 'status' | 'text' | 'json'>): void;
  claimed(holds: boolean, text: string): void;
  noted(text: string): void;
}

/** How an application reads an envelope. */
export interface Manner<W extends World, E extends BaseEnvelope> {
  /** The headers of the request. */
  headersOf(world: W, envelope: E): Readonly<Record<string, string>>;
  /** Who sends it, in words. */
  describe(envelope: E): string;
}

/** A claim that does not hold. */
export class ClaimFailed extends Error {}

/** Puts a world on stage before an audience. */
export function stageOn<W extends World, E extends BaseEnvelope>(
  world: W,
  audience: Audience,
  { headersOf, describe }: Manner<W, E>,
): StageOf<W, E> {
  return {
    ...world,
    async send(what, envelope = {} as E) {
      const [method, path] = what.split(' ') as [string, string];
      audience.sent(what, describe(envelope), envelope.body);
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
