export { default as QueryStream } from 'pg-query-stream';
export declare const amount: number;
export declare const from: string;
export declare const to: string;
export declare function send(row: unknown): Promise<void>;
