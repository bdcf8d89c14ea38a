import { type ErrorCode, errorOf, type KnownError } from './registry.ts';

const brand = Symbol.for('@tenantry/core/error@1');

/** The entry of a code that no loaded package defines: it comes from a newer package or another process. */
const unknown = (code: string): KnownError => ({
  code,
  package: '',
  status: 500,
  title: 'An error of a package that is not loaded in this process',
  fix: 'Import the package that defines this code',
  docs: 'https://tenantry.dev/errors/',
});

/** The parts of a {@link TenantryError} besides its code. */
export interface ErrorDetails {
  /** What was found, in one sentence; never a secret, a row or a foreign tenant's id. */
  readonly found?: string;
  /** A more precise fix than that of the code. Default: the fix of the code. */
  readonly fix?: string;
  /** Data for programs, sent to clients below 500: `{ feature, limit, used }`. Default: {}. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Another status than that of the code, 400 to 599. Default: the status of the code. */
  readonly status?: number;
  /** Headers of the response, such as `retry-after`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The underlying error, kept for logs and never sent to a client. */
  readonly cause?: unknown;
}

/**
 * The one error family of Tenantry: a stable code, an HTTP status, what was found, how to fix it,
 * and a link to the docs.
 *
 * @example
 * ```ts
 * try {
 *   await db.select().from(projects); // outside a scope
 * } catch (error) {
 *   if (TenantryError.is(error, 'TENANT_CONTEXT_MISSING')) console.error(error.fix);
 * }
 * ```
 */
export class TenantryError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly found: string | undefined;
  readonly fix: string;
  readonly docs: string;
  /** Data for programs: `{ feature: 'projects', limit: 3, used: 3 }`; {} when there is none. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const { status, title, fix, docs } = errorOf(code) ?? unknown(code);
    const found = details.found === undefined ? '' : ` Found: ${sentence(details.found)}`;
    super(
      `${title}.${found} Fix: ${sentence(details.fix ?? fix)} (${code})`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'TenantryError';
    this.code = code;
    this.status = details.status ?? status;
    this.found = details.found;
    this.fix = details.fix ?? fix;
    this.details = Object.freeze({ ...details.details });
    this.headers = Object.freeze({ ...details.headers });
    this.docs = docs;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether a value is a TenantryError (of the given code), from any copy of this package. */
  static is(value: unknown, code?: ErrorCode): value is TenantryError {
    return (
      value instanceof Error &&
      (value as { [brand]?: boolean })[brand] === true &&
      (code === undefined || (value as TenantryError).code === code)
    );
  }
}

const sentence = (text: string) => (/[.;)\n]$/.test(text) ? text : `${text}.`);
