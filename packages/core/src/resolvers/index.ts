export { type ChainOptions, chain } from './chain.ts';
export type { ClaimForms, Resolver, SyncResolver, TenantClaim } from './claim.ts';
export { type CustomDomainOptions, customDomain } from './custom-domain.ts';
export { header } from './header.ts';
export type { HostOptions } from './host.ts';
export { param } from './param.ts';
export { path } from './path.ts';
export type { HeaderValue, TenantRequest } from './request.ts';
export { type SubdomainOptions, subdomain } from './subdomain.ts';
