import {
  check,
  checkOptions,
  type OptionType,
  type OptionTypes,
  type TenantryError,
} from '../errors/index.ts';
import { tenantryErrorOf } from './error-response.ts';
import type { GateOptions } from './gate.ts';

/** What every adapter does with the errors of a request, and with a client that leaves. */
export interface AnswerOptions {
  /** End the scope when the client disconnects, and roll back what is under way. Default: false. */
  readonly cancelOnDisconnect?: boolean;
  /**
   * `answer` sends every error of Tenantry, also one that a handler threw, as problem+json; the error
   * handler of the framework does not see it. `throw` leaves all errors to that handler. Default: 'answer'.
   */
  readonly errors?: 'answer' | 'throw';
  /**
   * Receives the errors whose cause is hidden from the client. Default: console; in Fastify the log of the
   * request.
   */
  readonly logger?: { error(error: unknown): void };
}

/** The options of the adapters for frameworks; `N` is the framework's own request or context. */
export type AdapterOptions<N> = GateOptions<N> & AnswerOptions;

/** Those of the gate are checked there. */
const types: OptionTypes<AdapterOptions<never>> = {
  resolve: 'any',
  access: 'any',
  user: 'any',
  verify: 'any',
  timeoutMs: 'any',
  ip: 'any',
  requestId: 'any',
  cancelOnDisconnect: 'any',
  errors: 'any',
  logger: 'any',
};

/**
 * Checks the options that an adapter reads itself, and puts in the defaults.
 *
 * @param own the adapter's own options, with their types. Default: {}.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * const answering = readAdapterOptions(options);
 * const signal = answering.cancelOnDisconnect ? request.signal : undefined;
 * ```
 */
export function readAdapterOptions(
  options: AnswerOptions,
  own: Readonly<Record<string, OptionType>> = {},
): Required<AnswerOptions> {
  checkOptions<AnswerOptions>('an adapter', options, { ...types, ...own });
  const { cancelOnDisconnect = false, errors = 'answer', logger = console } = options;
  check(errors === 'answer' || errors === 'throw', 'option errors', "Use 'answer' or 'throw'.");
  check(typeof cancelOnDisconnect === 'boolean', 'option cancelOnDisconnect', 'Use true or false.');
  check(
    typeof logger?.error === 'function',
    'option logger',
    'Use a logger with a method error(error), such as console.',
  );
  return Object.freeze({ cancelOnDisconnect, errors, logger });
}

/**
 * The error of Tenantry that an adapter answers; undefined for one that it leaves to the framework. An
 * error whose cause is hidden from the client, from 500 on, is given to the logger.
 *
 * @param error what the gate, a guard or a handler threw
 * @param options those of `readAdapterOptions`
 * @param isLogged whether the framework has logged this error. Default: false.
 * @example
 * ```ts
 * const known = errorToAnswer(error, answering);
 * if (known === undefined) throw error;
 * return problemResponse(known);
 * ```
 */
export function errorToAnswer(
  error: unknown,
  { errors, logger }: Pick<Required<AnswerOptions>, 'errors' | 'logger'>,
  isLogged = false,
): TenantryError | undefined {
  const known = errors === 'answer' ? tenantryErrorOf(error) : undefined;
  if (known !== undefined && known.status >= 500 && !isLogged) logger.error(known);
  return known;
}
