export { defineLimitTables } from '@tenantry/plan-limits';
export declare const lastTuesday: Date;
export declare const periodStart: Date;
export declare const tenantId: string;
export declare const version: number;
