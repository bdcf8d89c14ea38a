import { definePlacements } from '@tenantry/placements';
import { tenancy } from '../tenancy.ts';

export const placements = definePlacements(tenancy, { connect: () => undefined });
export declare function setPlan(tenant: string, plan: string): Promise<void>;
