import { checkOptions, TenantryError } from '../errors/index.ts';
import { claim, claimKind, malformed, type SyncResolver } from './claim.ts';

const longest = 8192;

/**
 * Reads the tenant from the path: by a pattern with one `:name` (`/orgs/:slug/*`; `*` at the end
 * stands for anything, also nothing), or by the number of a segment, counted from 0.
 *
 * The path is compared as it was sent. A path that matches only after decoding, folding the letter case
 * or merging slashes is malformed, because the router may accept it: `/%6Frgs/globex` must not reach the
 * handler of `/orgs/:slug` with a tenant from elsewhere. Dot segments are malformed too.
 *
 * @param pattern such as `/orgs/:slug/*`, or a segment from 0 to 31
 * @param options.by the claim kind. Default: 'slug'.
 * @example
 * ```ts
 * path('/orgs/:slug/*');
 * path(0); // /globex/projects
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TENANT_CLAIM_MALFORMED`
 */
export function path(
  pattern: string | number,
  options: { readonly by?: string } = {},
): SyncResolver {
  checkOptions('path', options, { by: 'any' });
  const by = claimKind(options.by ?? 'slug');
  const wanted = typeof pattern === 'number' ? fromIndex(pattern) : fromPattern(pattern);
  const folded = { ...wanted, literals: wanted.literals.map((text) => text?.toLowerCase()) };

  return Object.freeze<SyncResolver>((request, tenancy) => {
    const sent = request.path?.split(/[?#]/, 1)[0];
    if (sent === undefined || sent === '') return undefined;
    if (sent.length > longest) throw malformed(`the path has ${sent.length} characters.`);
    const raw = withoutFinalSlash(sent.split('/').slice(1));
    const seen = foldedSegments(sent);
    if (seen.includes('..') || seen.includes('.')) throw malformed('the path has dot segments.');
    const value = sent.startsWith('/') ? match(wanted, raw) : undefined;
    const followed = match(folded, seen);
    if (value === undefined && followed === undefined) return undefined;
    if (value?.toLowerCase() !== followed) {
      throw malformed('the path is written in an unusual way.');
    }
    return claim(by, value ?? '', 'the path', tenancy);
  });
}

/** The texts that must precede and follow the claim; undefined matches any text. */
interface Wanted {
  readonly literals: readonly (string | undefined)[];
  readonly at: number;
  /** Whether more segments may follow. */
  readonly open: boolean;
}

function match({ literals, at, open }: Wanted, segments: readonly string[]): string | undefined {
  const fits =
    (open ? segments.length >= literals.length : segments.length === literals.length) &&
    literals.every((literal, i) => literal === undefined || literal === segments[i]);
  return fits ? segments[at] : undefined;
}

/** The segments that the most lenient router would see in a path. */
function foldedSegments(sent: string): string[] {
  let decoded = sent;
  for (let round = 0; round < 4 && decoded.includes('%'); round++) {
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return decoded
    .replaceAll('\\', '/')
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
}

const withoutFinalSlash = (segments: string[]) =>
  segments.at(-1) === '' ? segments.slice(0, -1) : segments;

function fromIndex(index: number): Wanted {
  if (!Number.isInteger(index) || index < 0 || index > 31) {
    throw invalid('the segment given to path() is not a whole number from 0 to 31.');
  }
  return { literals: Array.from({ length: index + 1 }), at: index, open: true };
}

function fromPattern(given: unknown): Wanted {
  const pattern = typeof given === 'string' ? given : '';
  const segments = pattern.split('/').slice(1);
  const open = segments.at(-1) === '*';
  if (open) segments.pop();
  const literals = segments.map((segment) => (/^:\w+$/.test(segment) ? undefined : segment));
  const holds =
    pattern.startsWith('/') &&
    literals.filter((literal) => literal === undefined).length === 1 &&
    literals.every((literal) => literal === undefined || /^[\w.~-]+$/.test(literal));
  if (!holds) throw invalid('the pattern given to path() is not one that it can follow.');
  return { literals, at: literals.indexOf(undefined), open };
}

const invalid = (found: string) =>
  new TenantryError('CONFIG_INVALID', {
    found,
    fix: "Use a pattern with one parameter, such as '/orgs/:slug/*', or the number of a segment.",
  });
