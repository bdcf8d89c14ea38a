import type { AuditSink } from '@tenantry/audit-log';

export declare const siem: AuditSink;
