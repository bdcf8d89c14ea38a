export type { TenantPool } from '@tenantry/core';
export type { default as pg } from 'pg';
export declare const prompt: string;
export declare const model: { ask(prompt: string): Promise<{ readonly tokens: number }> };
