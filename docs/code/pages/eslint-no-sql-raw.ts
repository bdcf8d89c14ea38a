import type { Context } from 'hono';

export { db as tx } from '../db.ts';
export declare const c: Context;
export declare const order: 'name' | 'newest';
