import type { ErrorCode } from '../errors/registry.ts';

/** An error of Tenantry, as a browser gets to know it. */
export interface DigestedError {
  readonly code: ErrorCode;
  /** The HTTP status that the error has in an API. */
  readonly status: number;
}

const form = /^TENANTRY;([A-Z][A-Z0-9_]{2,60});([45]\d\d)$/;

/** Code and status as the `digest` of an error: nothing else of it reaches a browser. */
export const digestOf = ({ code, status }: DigestedError): string => `TENANTRY;${code};${status}`;

/**
 * Reads code and status of an error of Tenantry in a browser: in `error.tsx`, and in the `catch` of an
 * action. Next hides the text of errors there. This module imports nothing of the server.
 *
 * @param error what `error.tsx` gets or an action threw
 * @returns undefined for every other error
 * @example
 * ```tsx
 * const refused = parseDigest(error);
 * if (refused?.code === 'LIMIT_REACHED') return <Upgrade />;
 * ```
 */
export function parseDigest(error: unknown): DigestedError | undefined {
  const digest = (error as { digest?: unknown } | null | undefined)?.digest;
  const found = typeof digest === 'string' ? form.exec(digest) : null;
  if (found === null) return undefined;
  return { code: found[1] as ErrorCode, status: Number(found[2]) };
}
