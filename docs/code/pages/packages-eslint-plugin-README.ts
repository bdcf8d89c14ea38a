export { Pool } from 'pg';
export declare const connectionString: string;
export declare const redis: { get(key: string): Promise<string | null> };
