import { type Tenancy, TenantryError } from '@tenantry/core';
import { isRoleName } from '@tenantry/core/sql';
import type { ActionSchemas } from './actions.ts';

interface Options {
  readonly actions: ActionSchemas;
  readonly maxMetadataBytes: number;
  readonly role: string;
}

const actionName = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

/** Checks the options of `defineAudit`. @throws TenantryError `CONFIG_INVALID` */
export function checkOptions({ roles }: Tenancy, options: Options): void {
  const { actions, maxMetadataBytes, role } = options;
  for (const action of Object.keys(actions)) {
    if (actionName.test(action) && action.length <= 100 && !action.startsWith('audit.')) continue;
    throw new TenantryError('CONFIG_INVALID', {
      found: `action ${JSON.stringify(action)}`,
      fix: "Name actions like 'project.created': lower-case words with dots between, not under audit.",
    });
  }
  const whole = Number.isInteger(maxMetadataBytes);
  if (!whole || maxMetadataBytes < 256 || maxMetadataBytes > 1_048_576) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'option maxMetadataBytes',
      fix: 'Use whole bytes from 256 to 1048576.',
    });
  }
  if (!isRoleName(role) || role === roles.app || role === roles.system) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `role ${JSON.stringify(role)} of the audit log`,
      fix: 'Use a name of lower-case letters, digits and _ that is neither the app nor the system role.',
    });
  }
}
