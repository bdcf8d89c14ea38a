import type { jwtClaim } from '@tenantry/core/jwt';

export { chain } from '@tenantry/core/resolvers';
export declare const token: Parameters<typeof jwtClaim>[0];
export declare const audience: string;
export declare const issuer: string;
export declare const jwksUrl: string;
export declare const resolve: import('@tenantry/core/resolvers').Resolver;
