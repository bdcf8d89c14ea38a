import { typeName } from './check.ts';
import type { ErrorCode } from './registry.ts';
import { TenantryError } from './tenantry-error.ts';

/**
 * The SQLSTATE of errors that functions and triggers of Tenantry raise. The message is
 * `CODE: what was found`, readable for somebody who runs SQL by hand. The detail is a JSON object: its
 * keys `status`, `fix` and `headers` shape the response, and all others become the `details` of the
 * error.
 *
 * ```sql
 * raise exception 'LIMIT_REACHED: 3 of 3 projects on plan free' using errcode = 'TN001',
 *   detail = jsonb_build_object('feature', 'projects', 'limit', 3, 'used', 3)::text;
 * ```
 */
export const sqlErrorState = 'TN001';

const form = /^([A-Z][A-Z0-9_]{2,60}):\s*(.*)$/s;

/** The TenantryError that an error of the server stands for, or the error itself. */
export function fromSql(error: Error): Error {
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  if (code !== sqlErrorState) return error;
  const [, name = '', found = ''] = form.exec(error.message) ?? [];
  if (name === '') return error;
  const { status, fix, headers, ...details } = detailsOf(detail);
  return new TenantryError(name as ErrorCode, {
    ...(found !== '' && { found }),
    details,
    cause: error,
    ...(typeof status === 'number' && status >= 400 && status <= 599 && { status }),
    ...(typeof fix === 'string' && { fix }),
    ...(isTexts(headers) && { headers }),
  });
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeName(value) === 'object' &&
  Object.values(value as object).every((each) => typeof each === 'string');

function detailsOf(detail: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(String(detail ?? '{}'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
