import { TenantryError } from '../errors/index.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { HeaderValue, TenantRequest } from './request.ts';

/** A tenant that a request names. It is only a proposal; the membership of the user decides. */
export interface TenantClaim<V extends string | number | bigint = string> {
  /** How the tenant is named: `id`, or a claim kind of the directory such as `slug` or `domain`. */
  readonly by: string;
  /** The name, in its normalised spelling. */
  readonly value: V;
}

/** The part of a tenancy that resolvers need. */
export type ClaimForms = Pick<Tenancy, 'parseId'>;

/**
 * Reads the tenant that a request names; undefined when this resolver finds none. It only proposes a
 * tenant: it needs no database and must not decide who may enter. The value of an id may be a number or a
 * bigint, as tokens and JSON have it.
 *
 * @example
 * ```ts
 * const fromCookie: Resolver = (request) => {
 *   const slug = readCookie(request.header('cookie'), 'organization');
 *   return slug === undefined ? undefined : { by: 'slug', value: slug };
 * };
 * ```
 */
export type Resolver = (
  request: TenantRequest,
  tenancy: ClaimForms,
) => NamedTenant | undefined | Promise<NamedTenant | undefined>;

type NamedTenant = TenantClaim<string | number | bigint>;

/** A resolver that is synchronous. */
export type SyncResolver = (request: TenantRequest, tenancy: ClaimForms) => TenantClaim | undefined;

/** What a slug looks like: 1 to 63 lower-case letters, digits and inner hyphens. */
export const slugForm = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a domain looks like: at least two labels, the last of them not a number; ASCII only. */
export const domainForm =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$|0x[0-9a-f]*$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const kindForm = /^[a-z][a-z0-9_]{0,30}$/;
const longest = 253;

/** The error for a malformed claim; `found` never repeats the claim. */
export const malformed = (found: string, cause?: unknown): TenantryError =>
  new TenantryError('TENANT_CLAIM_MALFORMED', { found, cause });

/** Checks the claim kind of a resolver when it is configured. */
export function claimKind(by: unknown): string {
  if (typeof by === 'string' && kindForm.test(by)) return by;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'option by is not a claim kind.',
    fix: "Use 'id', or a claim kind of your directory such as 'slug': lower-case letters, digits and _.",
  });
}

/**
 * Makes a claim from a text: ids in the spelling of the tenancy, domains and slugs in their strict form.
 * @throws TenantryError `TENANT_CLAIM_MALFORMED`
 */
export function claim(
  by: string,
  value: string | number,
  where: string,
  tenancy: ClaimForms,
): TenantClaim {
  if (by === 'id') return { by, value: parsedId(value, where, tenancy) };
  if (typeof value === 'number') throw malformed(`${where} is a number and not a ${by}.`);
  if (value.length > longest || !(by === 'domain' ? domainForm : slugForm).test(value)) {
    throw malformed(`${where} is not a ${by} (a text of ${value.length} characters).`);
  }
  return { by, value };
}

/**
 * Checks a claim of any resolver, also of one that the application wrote. Kinds other than `id` may have
 * any form that PostgreSQL can store.
 * @throws TenantryError `TENANT_CLAIM_MALFORMED`
 */
export function checkedClaim(given: NamedTenant, tenancy: ClaimForms): TenantClaim {
  const { by, value } = given;
  const isId = by === 'id' && (typeof value === 'number' || typeof value === 'bigint');
  if (typeof by !== 'string' || !(isId || typeof value === 'string')) {
    throw malformed('a resolver gave something that is not a claim.');
  }
  claimKind(by);
  if (by === 'id') return { by, value: parsedId(value, 'the claim', tenancy) };
  if (
    typeof value !== 'string' ||
    value.length === 0 ||
    value.length > longest ||
    !isPlain(value)
  ) {
    throw malformed('the claim is empty, too long, or has control characters.');
  }
  return { by, value };
}

/**
 * The single value of a header: undefined when it is absent, an error when it is repeated, because two
 * servers may then trust different values.
 * @throws TenantryError `TENANT_CLAIM_MALFORMED`
 */
export function single(value: HeaderValue, where: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (value.length > 1) throw malformed(`${where} came ${value.length} times.`);
  return value[0];
}

function parsedId(value: NamedTenant['value'], where: string, tenancy: ClaimForms): string {
  try {
    return tenancy.parseId(value);
  } catch (cause) {
    const found = typeof value === 'string' ? `text of ${value.length} characters` : typeof value;
    throw malformed(`${where} is not an id (a ${found}).`, cause);
  }
}

/** No control characters, and no lone surrogates, which UTF-8 cannot encode. */
const isPlain = (value: string) => !/[\p{Cc}\p{Cs}]/u.test(value);
