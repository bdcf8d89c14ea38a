import { definePlacements } from '@tenantry/placements';
import { tenancy } from '../tenancy.ts';

export const placements = definePlacements(tenancy, { connect: () => undefined });
export declare const organizationId: string;
