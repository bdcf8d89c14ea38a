import type { projects } from '../schema.ts';

export declare const row: typeof projects.$inferSelect;
