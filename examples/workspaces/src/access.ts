import { guard } from '@tenantry/core/fastify';
import type { PermissionOf } from '@tenantry/rbac';
import { z } from 'zod';
import { rbac } from './rbac.ts';

type Permission = PermissionOf<typeof rbac>;

/** The parameters of a route below `/workspaces/:workspace`. */
export const inWorkspace = z.strictObject({ workspace: z.guid() });

/** The parameters of a route below `/projects/:project`, in the lite variant. */
export const inProject = z.strictObject({ project: z.guid() });

const mayIn = (param: string, resource: string) => (permission: Permission) =>
  guard(rbac.requires(permission, { of: ({ param: read }) => read?.(param), resource }));

/**
 * Asks for a permission before the handler runs, so that a client reads which one is missing. A role for
 * the workspace of the path will do. The policies ask again, whatever a handler forgets.
 */
export const may = mayIn('workspace', 'workspaces');

/** The same in the lite variant, where a role is for a project. */
export const mayInProject = mayIn('project', 'projects');
