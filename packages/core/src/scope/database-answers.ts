import '../errors/codes/placement.ts';
import { TenantryError } from '../errors/index.ts';

/** What one database answered; `place` is its name, absent for that of the shared tables. */
export type DatabaseAnswer<R> = { readonly place?: string } & (
  | { readonly value: R; readonly error?: never }
  | { readonly error: unknown; readonly value?: never }
);

/** The answer or the error of one database, by its name. */
export async function answerOf<R>(
  place: string | undefined,
  fn: () => Promise<R>,
): Promise<DatabaseAnswer<R>> {
  const of = place === undefined ? {} : { place };
  try {
    return { ...of, value: await fn() };
  } catch (error) {
    return { ...of, error };
  }
}

type Failed = DatabaseAnswer<never>;

const isFailed = (answer: DatabaseAnswer<unknown>): answer is Failed => 'error' in answer;

/**
 * A failed answer in words: which database, what is wrong, the code.
 * @example `eu1: The database cannot be reached. … (POOL_UNAVAILABLE)`
 */
export function failureInWords({ place, error }: DatabaseAnswer<unknown>): string {
  const { code, message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const said = code === undefined || message.includes(code) ? message : `${message} (${code})`;
  return `${nameOf(place)}: ${said}`;
}

const nameOf = (place: string | undefined) => place ?? 'the shared database';

/** Without the title and the fix, which the error says itself. */
const briefly = ({ place, error }: Failed) =>
  TenantryError.is(error) && error.found !== undefined
    ? `${nameOf(place)}: ${error.found.replace(/\.$/, '')} (${error.code})`
    : failureInWords({ ...(place !== undefined && { place }), error });

/**
 * The values of all databases.
 * @throws TenantryError the code that all failures have, or `DATABASES_FAILED`; it names the databases. Where
 *   there is one database alone, its own error.
 */
export function requireAll<R>(answers: readonly DatabaseAnswer<R>[]): readonly R[] {
  const failed = answers.filter(isFailed);
  if (failed.length === 0) return answers.map(({ value }) => value as R);
  const [{ error: first }] = failed as [Failed];
  if (answers.length === 1) throw first;
  const errors = failed.map(({ error }) => error);
  const isOneCode =
    TenantryError.is(first) && errors.every((each) => TenantryError.is(each, first.code));
  throw new TenantryError(isOneCode ? first.code : 'DATABASES_FAILED', {
    found: failed.map(briefly).join('; '),
    ...(isOneCode && { fix: first.fix, status: first.status }),
    details: { databases: failed.map(({ place }) => place ?? null) },
    cause: errors.length === 1 ? first : new AggregateError(errors),
  });
}
