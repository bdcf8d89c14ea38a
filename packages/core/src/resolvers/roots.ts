import { parse } from 'tldts';
import { TenantryError } from '../errors/index.ts';
import { slugForm } from './claim.ts';

/**
 * Checks the hosts below which tenants live, and sorts them by length, so that `eu.acme.app` wins over
 * `acme.app`. A public suffix is refused, because anybody can have a host below `co.uk`.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkedRoots(
  option: string,
  roots: string | readonly string[],
  ownsSuffix = false,
): readonly string[] {
  const list = [roots].flat();
  for (const root of list) {
    const isHost =
      typeof root === 'string' &&
      root.length <= 253 &&
      root.split('.').every((l) => slugForm.test(l));
    if (!isHost) {
      throw invalid(
        option,
        'not a host name',
        'Write it like acme.app: lower case, no port, no dot in front; unicode as punycode.',
      );
    }
    const { publicSuffix, isIcann, isPrivate } = parse(root, { allowPrivateDomains: true });
    if (publicSuffix !== root) continue;
    if (isIcann === true) {
      throw invalid(option, `${root}, under which anybody can register`, 'Name your own domain.');
    }
    if (isPrivate === true && !ownsSuffix) {
      throw invalid(
        option,
        `${root}, which the public suffix list knows as a host for many owners`,
        'Name your own host under it; or, when you are its owner, set ownsSuffix: true.',
      );
    }
  }
  if (list.length === 0) throw invalid(option, 'empty', 'Name at least one host.');
  return Object.freeze([...list].sort((a, b) => b.length - a.length));
}

/**
 * The registrable domain of a host, by the public suffix list: `acme.co.uk` of `shop.acme.co.uk`.
 * Undefined for a public suffix itself and for single names such as localhost.
 */
export const registrableDomain = (host: string): string | undefined =>
  parse(host, { allowPrivateDomains: true, extractHostname: false }).domain ?? undefined;

const invalid = (option: string, found: string, fix: string) =>
  new TenantryError('CONFIG_INVALID', { found: `option ${option} is ${found}.`, fix });
