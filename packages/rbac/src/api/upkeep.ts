import { checkOptions } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import {
  type Overdue,
  overdueDays,
  type RetainDays,
  retentionOf,
  type UpkeepTask,
  upkeepCheck,
} from '@tenantry/rls/feature';
import { call, hasInvitations } from '../calls.ts';
import { refresh } from './definition.ts';

/** How many days rows are kept, 1 to 3650; false keeps them for ever. */
export interface RbacRetention {
  /** Invitations that were accepted, revoked or have expired. Days. Default: 365. */
  readonly invitations?: RetainDays;
}

/** What `rbac.upkeep` takes. */
export interface RbacUpkeepOptions {
  /** How long rows are kept, in days. Default: that of the definition. */
  readonly retention?: RbacRetention;
}

/** The result of `rbac.upkeep`. */
export interface RbacUpkeepResult {
  /** The number of deleted invitations. */
  readonly invitations: number;
}

const batch = 5000;
const usual = { invitations: 365 };

/** Deletes all closed invitations whose retention is over. */
export async function upkeep(
  db: Queryable,
  { invitations: days }: Required<RbacRetention>,
): Promise<RbacUpkeepResult> {
  if (days === false || !(await hasInvitations(db))) return { invitations: 0 };
  let invitations = 0;
  for (let more = batch; more >= batch; invitations += more) {
    more = await call(db, 'rbac_forget_invitations', days, batch);
  }
  return { invitations };
}

/** Recomputes members of changed roles; until then their checks are correct but slower. */
const membersTask: UpkeepTask = {
  name: 'members of changed roles',
  everyMs: 60_000,
  run: async (db) => ({ done: true, did: { members: await refresh(db) }, left: 0 }),
};

/** The retention of a definition. @throws TenantryError `CONFIG_INVALID` */
export const rbacRetention = (given: RbacRetention | undefined): Required<RbacRetention> =>
  retentionOf('defineRbac', usual, given);

/** The retention of one run: what it names, else that of the definition. */
export const runRetention = (
  defined: Required<RbacRetention>,
  options: RbacUpkeepOptions = {},
): Required<RbacRetention> => {
  checkOptions('rbac.upkeep', options, { retention: 'object?' });
  return retentionOf('rbac.upkeep', defined, options.retention);
};

/** The upkeep tasks of roles and members. */
export const rbacTasks = (retention: Required<RbacRetention>): readonly UpkeepTask[] => [
  membersTask,
  {
    name: 'invitations that are over',
    everyMs: 24 * 3600 * 1000,
    async run(db) {
      const { invitations } = await upkeep(db, retention);
      return { done: true, did: { invitations }, left: 0 };
    },
  },
];

/** The check of `tenantry doctor`: invitations that nobody deletes. */
export const rbacChecks = ({ invitations: days }: Required<RbacRetention>) => [
  upkeepCheck('rbac', async (query) => {
    if (days === false) return [];
    const has = await query(
      'select to_regprocedure($name$tenantry.rbac_overdue(integer)$name$) as made',
    );
    if ((has.rows[0] as { made: unknown }).made === null) return [];
    const { rows } = await query('select tenantry.rbac_overdue($1) as overdue', [
      days + overdueDays,
    ]);
    return (rows[0] as { overdue: Overdue[] }).overdue;
  }),
];
