export { Pool } from 'pg';
export declare const connectionString: string;
