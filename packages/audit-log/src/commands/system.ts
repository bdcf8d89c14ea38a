import { createTenantPool, type TenantPool, TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { CommandContext } from '@tenantry/rls/feature';
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

/** Runs `fn` as the system role, on its own pool. */
export async function asSystem<R>(
  { tenancy, url, systemUrl }: CommandContext,
  command: string,
  write: boolean,
  fn: (pool: TenantPool) => Promise<R>,
): Promise<R> {
  if (url === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'no database.',
      fix: 'Set DATABASE_URL, or database.url in tenantry.config.ts.',
    });
  }
  const pool = createTenantPool(tenancy, {
    connectionString: url,
    max: 2,
    // an operator's login may have more rights
    accept: ['login-bypasses-rls'],
    ...(systemUrl !== undefined &&
      systemUrl !== url && { system: { connectionString: systemUrl, max: 2 } }),
  });
  try {
    const actor = process.env.USER ?? 'command line';
    return await tenancy.asSystem({ reason: command, actor, write }, () => fn(pool));
  } finally {
    await pool.end();
  }
}

/** Runs `fn` in the scope of one tenant; the command line trusts its user. */
export async function asTenant<R>(
  context: CommandContext,
  tenant: string,
  fn: (pool: TenantPool) => Promise<R>,
): Promise<R> {
  const { tenancy, url } = context;
  const pool = createTenantPool(tenancy, {
    ...(url !== undefined && { connectionString: url }),
    max: 2,
    accept: ['login-bypasses-rls'],
  });
  try {
    return await tenancy.run(tenant, () => fn(pool));
  } finally {
    await pool.end();
  }
}
