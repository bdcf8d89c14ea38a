import { TenantryError } from '@tenantry/core';
import { type Queryable, statement } from '@tenantry/core/sql';
import type { UpkeepTask } from '@tenantry/rls/feature';
import { answerOf } from './call.ts';
import { refresh } from './definition.ts';

/** What `rbac.upkeep` takes. */
export interface RbacUpkeepOptions {
  /** Days after which an invitation that is over is forgotten, 1 to 3650. Default: 365. */
  readonly keepInvitationsDays?: number;
}

/** What `rbac.upkeep` did. */
export interface RbacUpkeep {
  /** Invitations that were forgotten. */
  readonly invitations: number;
}

const batch = 5000;

/** Forgets invitations that are over, until none is left that has outlived its retention. */
export async function upkeep(
  db: Queryable,
  { keepInvitationsDays = 365 }: RbacUpkeepOptions = {},
): Promise<RbacUpkeep> {
  if (
    !(
      Number.isInteger(keepInvitationsDays) &&
      keepInvitationsDays >= 1 &&
      keepInvitationsDays <= 3650
    )
  ) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `keepInvitationsDays ${keepInvitationsDays}.`,
      fix: 'Use whole days from 1 to 3650.',
    });
  }
  // an application need not have invitations
  const has = statement`select to_regprocedure($name$tenantry.rbac_forget_invitations(integer, integer)$name$) is not null as value`;
  if (!(await answerOf<boolean>(db, has))) return { invitations: 0 };
  let invitations = 0;
  for (let more = batch; more >= batch; invitations += more) {
    const forget = statement`select tenantry.rbac_forget_invitations(${keepInvitationsDays}::integer, ${batch}::integer) as value`;
    more = await answerOf<number>(db, forget);
  }
  return { invitations };
}

/** Members of a changed role, whose checks are right and slower until they are worked out. */
const membersTask: UpkeepTask = {
  name: 'members of changed roles',
  everyMs: 60_000,
  run: async (db) => ({ done: true, did: { members: await refresh(db) }, left: 0 }),
};

/** The same for `tenantry maintain` and `startUpkeep`, with the usual retention. */
const invitationsTask: UpkeepTask = {
  name: 'invitations that are over',
  everyMs: 24 * 3600 * 1000,
  async run(db) {
    const { invitations } = await upkeep(db);
    return { done: true, did: { invitations }, left: 0 };
  },
};

/** What `tenantry maintain` and `startUpkeep` do for roles and members. */
export const rbacTasks: readonly UpkeepTask[] = [membersTask, invitationsTask];
