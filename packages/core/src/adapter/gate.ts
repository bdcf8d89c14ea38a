import { after } from '../after.ts';
import { check, checkType, TenantryError } from '../errors/index.ts';
import type { PoolEntry } from '../pool/index.ts';
import { chain } from '../resolvers/chain.ts';
import type { Resolver } from '../resolvers/claim.ts';
import type { TenantRequest } from '../resolvers/request.ts';
import { store } from '../scope/store.ts';
import { checkPool } from './check-pool.ts';
import type { EntryPool } from './entry-pool.ts';
import { serveFrom } from './guard.ts';
import { type Caller, firstOf, prove, signedIn, type UserReader } from './signed-in.ts';

/** The options of every adapter; `N` is the framework's own request. */
export type GateOptions<N> = {
  /** How a request names its tenant. When several resolvers find one, they must agree (see `chain`). */
  readonly resolve: Resolver | readonly Resolver[];
  /** When the database checks the claim; see `PoolEntry.verify`. Default: 'now'. */
  readonly verify?: 'now' | 'with-first-statement';
  /** The longest a request may take, in milliseconds, 1 to 2,147,483,647. Default: none. */
  readonly timeoutMs?: number;
  /** The client's IP address, for the audit log. A client can send any `X-Forwarded-For`. */
  readonly ip?: (request: N) => string | undefined;
  /** The id of the request, for the audit log. */
  readonly requestId?: (request: N) => string | undefined;
} & (
  | {
      /** `member` lets only members of the tenant in. Default: 'member'. */
      readonly access?: 'member';
      /**
       * The signed-in user, from your session or token library; called once per request. Of a list the
       * first who finds somebody decides: `[keys.user(pool), (c) => c.get('session')?.userId]`.
       */
      readonly user: UserReader<N> | readonly UserReader<N>[];
    }
  | {
      /**
       * `public` lets everybody in who names an existing tenant, for status pages and sign-up forms. The
       * handlers run with the rights of that tenant, so give them nothing that a stranger may not see.
       */
      readonly access: 'public';
      readonly user?: undefined;
    }
);

/** The scope that a gate has opened for a request. */
export interface GatedScope {
  /**
   * Ends the scope at once, before `run` has settled, for frameworks whose handlers send the response
   * themselves. Later statements are refused with `TENANT_SCOPE_ENDED`.
   * @returns whether all its work was done. Otherwise let `run` settle and wait for the gate: it rolls the
   *   rest back and rejects with `SCOPE_WORK_UNFINISHED`, or resolves when the rest was only closing.
   */
  end(): boolean;
}

/**
 * Lets a request into the scope of its tenant, or refuses it. With `verify: 'with-first-statement'` it may call
 * `run` before it has returned.
 */
export type TenantGate<N> = <R>(
  request: N,
  run: (scope: GatedScope) => R | Promise<R>,
  limits?: { readonly signal?: AbortSignal | undefined },
) => Promise<R>;

/**
 * Makes the gate that an adapter puts before the handlers. The gate resolves the claim, asks who is
 * signed in, lets the pool check both in one round trip, and calls `run` in the scope of the tenant.
 *
 * A gate opens no transaction, so a slow client holds no connection. It passes on the result and the
 * errors of `run` unchanged.
 *
 * @param pool the tenant pool
 * @param read converts the framework's request to a {@link TenantRequest}
 * @param options see {@link GateOptions}
 * @example
 * ```ts
 * const gate = createTenantGate(pool, fetchRequest, { resolve: header('x-organization'), user });
 * const response = await gate(request, () => handler(request));
 * ```
 * @throws TenantryError `CONFIG_INVALID`. The gate throws `TENANT_CLAIM_MISSING`,
 *   `TENANT_CLAIM_MALFORMED`, `TENANT_CLAIM_CONFLICT` (400), `NOT_AUTHENTICATED` (401),
 *   `TENANT_NOT_FOUND` (404), what the resolvers and `user` throw, what ends a scope (`SCOPE_TIMEOUT`,
 *   `SCOPE_ABORTED`, also when the client left in the middle of its body; `SCOPE_WORK_UNFINISHED`), and the
 *   errors of `run`.
 */
export function createTenantGate<N>(
  pool: EntryPool,
  read: (request: N) => TenantRequest | Promise<TenantRequest>,
  options: GateOptions<N>,
): TenantGate<N> {
  checkPool(pool, 'an adapter');
  checkType(pool.enter, 'function', 'enter of the pool of an adapter');
  checkType(options, 'object', 'options of an adapter');
  const { access = 'member', verify, timeoutMs, ip, requestId } = options;
  const { tenancy } = pool;
  for (const [name, each] of Object.entries({ ip, requestId }))
    checkType(each, 'function?', `option ${name} of an adapter`);
  const resolver = chain([options.resolve].flat() as Resolver[]);
  const who = [options.user ?? []].flat() as UserReader<N>[];
  check(access === 'member' || access === 'public', 'option access', "Use 'member' or 'public'.");
  check(
    access === 'member'
      ? who.length > 0 && who.every((each) => typeof each === 'function')
      : options.user === undefined,
    'option user',
    "Give a function, or a list of them, for access: 'member', and none for access: 'public'.",
  );

  /** What the pool checks. */
  const entryOf = (
    request: N,
    claim: PoolEntry['claim'],
    { user, onBehalfOf, proof }: Caller,
    signal: AbortSignal | undefined,
  ): PoolEntry => {
    const address = ip?.(request);
    const id = requestId?.(request);
    const entry: { -readonly [K in keyof PoolEntry]: PoolEntry[K] } = { claim, user };
    if (onBehalfOf !== undefined) entry.onBehalfOf = onBehalfOf;
    if (verify !== undefined) entry.verify = verify;
    // its first statement brings the check along
    if (proof !== undefined) entry.verify = 'with-first-statement';
    if (timeoutMs !== undefined) entry.timeoutMs = timeoutMs;
    if (signal !== undefined) entry.signal = signal;
    if (address !== undefined) entry.ip = address;
    if (id !== undefined) entry.requestId = id;
    return entry;
  };

  return Object.freeze<TenantGate<N>>((request, run, limits) => {
    const enter = (from: TenantRequest, claim: PoolEntry['claim'], caller: Caller) =>
      pool.enter(entryOf(request, claim, caller, limits?.signal), () =>
        after(prove(caller), () => {
          if (from.isCutOff === true) throw new TenantryError('SCOPE_ABORTED');
          serveFrom(pool);
          return run(new Gated());
        }),
      );
    const ask = (from: TenantRequest) =>
      after(resolver(from, tenancy), (claim) => {
        if (claim === undefined) throw new TenantryError('TENANT_CLAIM_MISSING');
        if (access === 'public') return enter(from, claim, { user: null });
        return after(firstOf(who, request, from), (user) => enter(from, claim, signedIn(user)));
      });
    try {
      return Promise.resolve(after(read(request), ask));
    } catch (error) {
      return Promise.reject(error);
    }
  });
}

class Gated implements GatedScope {
  readonly #scope = store.getStore();

  end(): boolean {
    this.#scope?.close();
    return this.#scope?.busy !== true;
  }
}
