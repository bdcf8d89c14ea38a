import type { Queryable } from '@tenantry/core/sql';
import type { AuditExportOptions } from '../export/export.ts';
import type { AuditFinding } from '../jobs/examine.ts';
import type { AuditLag } from '../jobs/lag.ts';
import type { AuditMaintainResult, MaintainOptions } from '../jobs/maintain.ts';
import type { AuditSealResult } from '../jobs/seal.ts';
import type { VerifyLogOptions } from '../jobs/verify.ts';
import type { VerifyReport } from '../verify/report.ts';

/** The log of a command. */
export interface CommandAudit {
  export(db: Queryable, options: AuditExportOptions): AsyncGenerator<string>;
  maintain(db: Queryable, options: MaintainOptions): Promise<AuditMaintainResult>;
  seal(db: Queryable): Promise<AuditSealResult>;
  lag(db: Queryable): Promise<AuditLag | undefined>;
  examine(db: Queryable): Promise<readonly AuditFinding[]>;
  verify(db: Queryable, options: VerifyLogOptions): Promise<VerifyReport>;
}
