import type { ConformanceWorld } from '@tenantry/testing/conformance';

export { afterAll, describe, it } from 'vitest';
export declare const world: ConformanceWorld;
export declare const url: string;
export declare function close(): Promise<void>;
