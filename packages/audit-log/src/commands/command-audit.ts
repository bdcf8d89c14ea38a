import type { Queryable } from '@tenantry/core/sql';
import type { ExportOptions } from '../export/export.ts';
import type { AuditFinding } from '../jobs/examine.ts';
import type { AuditLag } from '../jobs/lag.ts';
import type { MaintainOptions, MaintainResult } from '../jobs/maintain.ts';
import type { SealResult } from '../jobs/seal.ts';
import type { VerifyLogOptions } from '../jobs/verify.ts';
import type { VerifyReport } from '../verify/report.ts';

/** The log of a command. */
export interface CommandAudit {
  export(db: Queryable, options: ExportOptions): AsyncGenerator<string>;
  maintain(db: Queryable, options: MaintainOptions): Promise<MaintainResult>;
  seal(db: Queryable): Promise<SealResult>;
  lag(db: Queryable): Promise<AuditLag | undefined>;
  examine(db: Queryable): Promise<readonly AuditFinding[]>;
  verify(db: Queryable, options: VerifyLogOptions): Promise<VerifyReport>;
}
