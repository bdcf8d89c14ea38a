export { pool } from '../db.ts';
export declare const databaseUrl: string;
export declare function seed(url: string): Promise<void>;
export declare function migrateAndSeed(url: string): Promise<void>;
export declare function migrate(url: string): Promise<void>;
