import { defineTenancy } from '../../src/index.ts';
import type { HeaderValue, SyncResolver, TenantRequest } from '../../src/resolvers/index.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const textTenancy = defineTenancy({ tenant: 'workspace', id: 'text' });
export const acmeId = '018f4d7e-0000-7000-8000-00000000ac3e';

interface Sent {
  readonly host?: HeaderValue;
  readonly path?: string | undefined;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  readonly params?: Readonly<Record<string, string>>;
}

export function request({ host, path = '/', headers = {}, params }: Sent): TenantRequest {
  const byName = new Map(Object.entries(headers));
  const byParam = new Map(Object.entries(params ?? {}));
  return {
    method: 'GET',
    path,
    host,
    header: (name) => byName.get(name.toLowerCase()),
    ...(params !== undefined && { param: (name: string) => byParam.get(name) }),
  };
}

/** The value of the claim, `undefined`, or the code of the error. */
export function outcome(resolver: SyncResolver, sent: Sent, forms = tenancy): string | undefined {
  try {
    return resolver(request(sent), forms)?.value;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
