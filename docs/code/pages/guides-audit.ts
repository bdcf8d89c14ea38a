import type { AuditSink } from '@tenantry/audit-log';

export { Readable } from 'node:stream';
export { toOcsf } from '@tenantry/audit-log';
export { app as routes } from '../app.ts';
export declare const cursor: string;
export declare const operator: string;
export declare const siem: AuditSink;
export declare const tenant: string;
export declare function post(entries: readonly unknown[]): Promise<void>;
export declare const organizationId: string;
