import { after } from '../after.ts';
import { check, checkType, TenantryError } from '../errors/index.ts';
import type { PoolEntry } from '../pool/index.ts';
import type { TenantRequest } from '../resolvers/request.ts';
import { store } from '../scope/store.ts';

/** The id of a user as your session has it. In scopes, policies and the audit log it is its text. */
export type UserId = string | number | bigint;

/** The signed-in user: an id, or an id with more about them; null for nobody. */
export type SignedIn =
  | UserId
  | {
      readonly id: UserId;
      /** The user on whose behalf they act. */
      readonly onBehalfOf?: UserId | undefined;
      /**
       * For credentials that are kept in the database of the tenant: proves who it is, in the scope and before
       * the handlers. Its first statement, which has to go through the pool, travels with the check of the
       * membership, so both cost one round trip. What it throws refuses the request.
       */
      readonly proof?: (() => unknown) | undefined;
    }
  | null
  | undefined;

/**
 * Says who is signed in: from the framework's request, or from what every framework's request has.
 *
 * @param request the framework's own request or context
 * @param from what resolvers read: method, path, host and headers
 */
export type UserReader<N> = (request: N, from: TenantRequest) => SignedIn | Promise<SignedIn>;

/** The user whom the first of the readers finds. */
export function firstOf<N>(
  readers: readonly UserReader<N>[],
  request: N,
  from: TenantRequest,
  at = 0,
): SignedIn | Promise<SignedIn> {
  const reader = readers[at];
  if (reader === undefined) return null;
  return after(reader(request, from), (user) =>
    user === undefined || user === null || user === ''
      ? firstOf(readers, request, from, at + 1)
      : user,
  );
}

/** Who enters, as far as it is checked without asking anybody. */
export interface Caller extends Pick<PoolEntry, 'user' | 'onBehalfOf'> {
  readonly proof?: () => unknown;
}

/** @throws TenantryError `NOT_AUTHENTICATED` for nobody, `CONFIG_INVALID` for what is no id */
export function signedIn(user: SignedIn): Caller {
  const { id, onBehalfOf, proof } = typeof user === 'object' && user !== null ? user : { id: user };
  if (id === undefined || id === null || id === '') throw new TenantryError('NOT_AUTHENTICATED');
  checkType(proof, 'function?', 'proof of the user of an adapter');
  return {
    user: idText(id),
    ...(onBehalfOf !== undefined && { onBehalfOf: idText(onBehalfOf) }),
    ...(proof !== undefined && { proof }),
  };
}

/**
 * Lets a caller prove who it is, in the scope of an entry that is not verified yet.
 * @throws TenantryError `CONFIG_INVALID` when nothing has verified it then
 */
export function prove({ proof }: Caller): void | Promise<void> {
  if (proof === undefined) return;
  return after(proof(), () =>
    check(
      store.getStore()?.pending === undefined,
      'a proof that sent no statement through the pool of the adapter',
      'Ask the database in it, by the pool that the adapter was given.',
    ),
  );
}

function idText(id: unknown): string {
  const isExact = typeof id === 'bigint' || Number.isSafeInteger(id);
  check(
    typeof id === 'string' || isExact,
    `option user, which returned ${typeof id === 'number' ? `the number ${id}` : typeof id}`,
    'Return the id of the user as a string or an exact whole number, or null.',
  );
  return String(id);
}
