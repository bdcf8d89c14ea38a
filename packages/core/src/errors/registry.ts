declare global {
  /**
   * The codes of {@link TenantryError}, from all packages that a program imports. A package adds its own
   * with {@link defineErrors}.
   */
  interface TenantryErrorCodes {}
}

/** The stable code of a {@link TenantryError}. */
export type ErrorCode = keyof TenantryErrorCodes & string;

/** What a code means: its HTTP status, one sentence on what went wrong, and the usual fix. */
export interface ErrorEntry {
  /** 400 to 599. */
  readonly status: number;
  /** Without a full stop. */
  readonly title: string;
  readonly fix: string;
}

/** A code in the registry. */
export interface KnownError extends ErrorEntry {
  readonly code: string;
  /** The package that defined it. */
  readonly package: string;
  /** Where it is explained. */
  readonly docs: string;
}

/** The form of a code. */
export const codeForm = /^[A-Z][A-Z0-9_]{2,60}$/;

// one per process: several copies of this package share the codes
const key = Symbol.for('@tenantry/core/errors@1');
const shared = globalThis as { [key]?: Map<string, KnownError> };
shared[key] ??= new Map();
const known = shared[key];

/** The meaning of a code; undefined when no loaded package has defined it. */
export const errorOf = (code: string): KnownError | undefined => known.get(code);

/** Every code that is defined in this process, by package. */
export const knownErrors = (): readonly KnownError[] => [...known.values()];

/**
 * Defines the codes of a package. They can then be thrown as a {@link TenantryError}, are answered by
 * every adapter, and are recognised when SQL raises them
 * (`raise exception 'CODE: …' using errcode = 'TN001'`).
 *
 * @param packageName the package that owns the codes; a code belongs to one package
 * @param entries code → its meaning; codes in capitals, of 3 to 61 characters
 * @param options where the codes are explained
 * @param options.docs the beginning of the docs link of a code; the code follows in lower case with
 *   hyphens. Default: 'https://tenantry.dev/errors/#'.
 * @throws TypeError for a malformed entry and for a code of another package; both are mistakes of the
 *   package author
 * @example
 * ```ts
 * export const noteErrors = defineErrors('acme-notes', {
 *   NOTE_LOCKED: { status: 409, title: 'Somebody edits the note', fix: 'Try again later.' },
 * }, { docs: 'https://acme.example/notes/errors#' });
 *
 * declare global {
 *   interface TenantryErrorCodes extends Record<keyof typeof noteErrors, true> {}
 * }
 * ```
 */
export function defineErrors<const E extends Readonly<Record<string, ErrorEntry>>>(
  packageName: string,
  entries: E,
  { docs = 'https://tenantry.dev/errors/#' }: { readonly docs?: string } = {},
): E {
  for (const [code, entry] of Object.entries(entries)) {
    const { status, title, fix } = entry;
    const isWhole = Number.isInteger(status) && status >= 400 && status <= 599;
    if (!codeForm.test(code) || !isWhole || title.trim() === '' || fix.trim() === '') {
      throw new TypeError(
        `${packageName} defines ${code} without its form, a status of 400 to 599, a title or a fix.`,
      );
    }
    const owner = known.get(code)?.package ?? packageName;
    if (owner !== packageName) {
      throw new TypeError(`${packageName} defines ${code}, which is a code of ${owner}.`);
    }
    const anchor = code.toLowerCase().replaceAll('_', '-');
    known.set(
      code,
      Object.freeze({ code, status, title, fix, package: packageName, docs: docs + anchor }),
    );
  }
  return Object.freeze(entries);
}
