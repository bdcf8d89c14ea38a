export { afterAll, describe, it } from 'vitest';
export declare const url: string;
export declare function close(): Promise<void>;
