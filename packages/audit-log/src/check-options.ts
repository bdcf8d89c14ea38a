import type { Tenancy } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
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
    check(
      actionName.test(action) && action.length <= 100 && !action.startsWith('audit.'),
      `action ${JSON.stringify(action)}`,
      "Name actions like 'project.created': lower-case words with dots between, not under audit.",
    );
  }
  wholeNumber(maxMetadataBytes, {
    name: 'option maxMetadataBytes',
    least: 256,
    greatest: 1_048_576,
  });
  check(
    isRoleName(role) && role !== roles.app && role !== roles.system,
    `role ${JSON.stringify(role)} of the audit log`,
    'Use a name of lower-case letters, digits and _ that is neither the app nor the system role.',
  );
}
