import type { FeatureCommand } from '@tenantry/rls/feature';
import type { CommandAudit } from './command-audit.ts';
import { exportCommand } from './export.ts';
import { maintainCommand } from './maintain.ts';
import { sealCommand } from './seal.ts';
import { statusCommand } from './status.ts';
import { verifyCommand } from './verify.ts';

/** The commands of the audit log, by their words. */
export const auditCommands = (audit: CommandAudit): Record<string, FeatureCommand> => ({
  'audit verify': verifyCommand(audit),
  'audit export': exportCommand(audit),
  'audit seal': sealCommand(audit),
  'audit maintain': maintainCommand(audit),
  'audit status': statusCommand(audit),
});
