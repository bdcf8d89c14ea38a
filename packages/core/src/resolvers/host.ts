import { malformed, single } from './claim.ts';
import type { TenantRequest } from './request.ts';

/** Which header contains the requested host. */
export interface HostOptions {
  /**
   * Trust `X-Forwarded-Host`. Only safe behind a proxy that sets (not appends to) the header and that
   * nobody can bypass; a client can send any value. Default: false.
   */
  readonly trustProxy?: boolean;
}

const hostForm = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const portForm = /^\d{1,5}$/;
const ipv6 = /^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/i;
const numberLabel = /^(?:\d+|0x[0-9a-f]*)$/;
const longestWithPort = 260;

/**
 * The host name of a request, in lower case and without port and final dot. Undefined when there is none
 * and for IP addresses, which name no tenant. Anything else that is not a plain host name is refused:
 * lists, unicode (clients send punycode), user info, spaces, percent-encoding.
 * @throws TenantryError `TENANT_CLAIM_MALFORMED`
 */
export function hostName(request: TenantRequest, { trustProxy }: HostOptions): string | undefined {
  const forwarded =
    trustProxy === true
      ? single(request.header('x-forwarded-host'), 'x-forwarded-host')
      : undefined;
  const host = forwarded ?? single(request.host, 'host');
  if (host === undefined) return undefined;
  const where = forwarded === undefined ? 'host' : 'x-forwarded-host';
  if (host.length > longestWithPort) {
    throw malformed(`${where} has ${host.length} characters.`);
  }
  if (ipv6.test(host)) return undefined;
  const colon = host.indexOf(':');
  const port = colon < 0 ? '0' : host.slice(colon + 1);
  const sent = withoutFinalDot(colon < 0 ? host : host.slice(0, colon));
  if (!hostForm.test(sent) || !portForm.test(port) || Number(port) > 65_535) {
    throw malformed(`${where} is not one host name.`);
  }
  // only now: folding the case turns the Kelvin sign into an ASCII k
  const name = sent.toLowerCase();
  const labels = name.split('.');
  if (name.length > 253 || labels.some((label) => label === '' || label.length > 63)) {
    throw malformed(`${where} has a label, or a name, that is empty or too long.`);
  }
  // an address in any of its spellings ends in a number, and no top-level domain does
  return numberLabel.test(labels.at(-1) ?? '') ? undefined : name;
}

const withoutFinalDot = (name: string) => (name.endsWith('.') ? name.slice(0, -1) : name);

/** The part before `.parent` in a host; '' for the parent itself, undefined for other hosts. */
export function below(host: string, parent: string): string | undefined {
  if (host === parent) return '';
  return host.endsWith(`.${parent}`) ? host.slice(0, -parent.length - 1) : undefined;
}
