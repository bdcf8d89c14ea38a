import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type AnswerOptions,
  errorToAnswer,
  type GatedScope,
  type TenantGate,
} from '../adapter/index.ts';
import { dropPayload, holdPayload } from './payload.ts';
import { putProblem, sendProblem } from './problem.ts';

/** What all visits of one plugin have in common. */
export interface VisitRules {
  readonly gate: TenantGate<FastifyRequest>;
  readonly errors: 'answer' | 'throw';
  /** Whether a timeout or a signal may end the scope before the handler replies. */
  readonly mayEndEarly: boolean;
  /** Undefined for the log of the request. */
  readonly logger: AnswerOptions['logger'] | undefined;
}

/** Calls the next hook, or fails the request. */
type Next = (error?: Error) => void;
type Send = (error: Error | null, payload?: unknown) => void;
/** What the gate threw; undefined when the scope has ended well. */
type Outcome = { readonly error: unknown } | undefined;

/** One request in the scope of its tenant, from the hook that opens it to its answer. */
export class Visit {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #rules: VisitRules;
  /** The scope, once the gate has let the request in. */
  #scope: GatedScope | undefined;
  /** The error that the framework is answering. */
  #failure: unknown;
  #state: 'working' | 'answering' | 'answered' = 'working';
  #outcome: Promise<Outcome> = Promise.resolve(undefined);
  /** What the gate waits for. */
  readonly #work: Promise<void>;
  #leave!: () => void;
  #fail!: (error: unknown) => void;

  constructor(request: FastifyRequest, reply: FastifyReply, rules: VisitRules) {
    this.#request = request;
    this.#reply = reply;
    this.#rules = rules;
    this.#work = new Promise((resolve, reject) => {
      this.#leave = resolve;
      this.#fail = reject;
    });
  }

  /** Asks the gate; `next` is called in the scope, so that whatever Fastify does from then on is in it. */
  open(signal: AbortSignal | undefined, next: Next): void {
    const run = (scope: GatedScope) => {
      // Fastify's own timeout did not wait for the gate
      if (this.#reply.sent) return undefined;
      this.#scope = scope;
      this.#watchForOtherEnds();
      next();
      return this.#work;
    };
    this.#outcome = this.#rules.gate(this.#request, run, { signal }).then(
      () => undefined,
      (error: unknown) => {
        if (this.#scope === undefined) this.#refuse(error, next);
        else if (this.#state === 'working' && error !== this.#failure) this.#interrupt(error);
        return { error };
      },
    );
  }

  /** A reply that is hijacked, or ended past Fastify, has no onSend. */
  #watchForOtherEnds(): void {
    const reply = this.#reply;
    const { hijack } = reply;
    reply.hijack = () => {
      this.#leave();
      return hijack.call(reply);
    };
    reply.raw.on('close', () => {
      if (reply.sent) this.#leave();
    });
  }

  /** onError: the framework is about to answer an error. */
  fail(error: unknown): void {
    // nobody waits for the work of a request that the gate has not let in
    if (this.#scope === undefined) return;
    this.#failure ??= error;
    this.#fail(error);
  }

  /** onSend: ends the scope, then sends the payload or what takes its place. */
  answer(payload: unknown, send: Send): Promise<unknown> | undefined {
    if (this.#scope === undefined || this.#state !== 'working') return void send(null, payload);
    this.#state = 'answering';
    this.#leave();
    if (!this.#scope.end() || this.#rules.mayEndEarly) return this.#answerLater(payload);
    const failure = this.#failure === undefined ? undefined : { error: this.#failure };
    return void send(null, this.#decide(failure, payload));
  }

  async #answerLater(payload: unknown): Promise<unknown> {
    holdPayload(payload);
    // a second reply is refused now as it is when the first one has been sent
    Object.defineProperty(this.#reply, 'sent', { value: true, configurable: true });
    // a handler may answer while `open` still asks the gate, and so before there is an outcome
    await undefined;
    const outcome = await this.#outcome;
    Reflect.deleteProperty(this.#reply, 'sent');
    return this.#decide(outcome, payload);
  }

  #decide(outcome: Outcome, payload: unknown): unknown {
    this.#state = 'answered';
    if (outcome === undefined) return payload;
    const { error } = outcome;
    const isSeen = error === this.#failure;
    const known = this.#toAnswer(error, isSeen);
    if (known !== undefined) {
      dropPayload(payload);
      return putProblem(this.#reply, known);
    }
    if (isSeen) return payload;
    throw error;
  }

  /** The request may not enter. */
  #refuse(error: unknown, next: Next): void {
    if (this.#reply.sent) return;
    const known = this.#toAnswer(error);
    if (known === undefined) {
      next(error as Error);
      return;
    }
    sendProblem(this.#reply, known);
  }

  /** The scope has ended before the handler has replied, or as that of a hijacked reply. */
  #interrupt(error: unknown): void {
    this.#state = 'answered';
    const { raw, sent } = this.#reply;
    // nobody else hears of an error after the reply
    if (sent) {
      this.#logger.error(error);
      return;
    }
    const known = this.#toAnswer(error);
    if (raw.headersSent) raw.destroy();
    else if (known === undefined) this.#reply.send(error);
    else sendProblem(this.#reply, known);
  }

  #toAnswer(error: unknown, isLogged = false) {
    const { errors } = this.#rules;
    return errorToAnswer(error, { errors, logger: this.#logger }, isLogged);
  }

  get #logger() {
    return this.#rules.logger ?? this.#request.log;
  }
}
