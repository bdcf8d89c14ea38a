import type { jwtClaim } from '@tenantry/core/jwt';

export { chain } from '@tenantry/core/resolvers';
export declare const token: Parameters<typeof jwtClaim>[0];
