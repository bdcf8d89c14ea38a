import { type Ddl, ddl, isoTime, type SqlFunction } from '@tenantry/core/sql';
import { keyOfRole } from './both-kinds.ts';
import { guard } from './guard.ts';
import { asCaller, asSystem } from './makers.ts';
import { raise } from './raise.ts';
import { givenUser, type Names, type RbacTable } from './tables.ts';

const open = (i: RbacTable): Ddl =>
  ddl`i.${i.c('acceptedAt')} is null and i.${i.c('revokedAt')} is null`;

/**
 * The functions of `rbac.invitations`. The database only sees the sha256 of a token. Accepting runs as
 * the system role, because the user has no tenant yet; the token and the verified address are the
 * authorisation.
 */
export function invitationFunctions(names: Names, i: RbacTable): SqlFunction[] {
  const { tenant, tenantType } = names;
  // below a sub-select Citus knows the tenant of a row by the variable alone
  const shownOf = (
    of: Ddl,
  ): Ddl => ddl`jsonb_build_object('id', i.${i.c('id')}, 'email', i.${i.c('email')},
        'role', ${keyOfRole(names, of, ddl`i.${i.c('roleId')}`)},
        'invitedBy', i.${i.c('invitedBy')}, 'expiresAt', ${isoTime(ddl`i.${i.c('expiresAt')}`)})`;
  const shown = shownOf(ddl`i.${i.c(tenant)}`);
  // Citus takes no sub-select in RETURNING, and no function in the CASE of an UPDATE
  const sender = names.onCitus ? ddl`sender` : names.actingUser;
  const declared = names.onCitus
    ? ddl`
      made_id uuid;
      sender constant ${names.userType} := ${names.actingUser};
    `
    : ddl``;
  const returning = (variable: string): Ddl =>
    names.onCitus
      ? ddl`
        returning i.${i.c('id')} into made_id;
        select ${shown} into ${{ sql: variable }} from ${i.target} i where i.${i.c(tenant)} = $1 and i.${i.c('id')} = made_id;
      `
      : ddl`returning ${shown} into ${{ sql: variable }};`;
  return [
    // tenant, address, role, hash of the token, lifetime: without names, which columns could have too
    asCaller(
      names,
      ddl`rbac_invite(${tenantType}, text, text, text, interval) returns jsonb`,
      ddl`
        declare
          made jsonb;
          ${declared}
        begin
          ${guard(i, 'insert')}
          ${refuseMembers(names)}
          -- one that has expired makes room; one that is open does not
          update ${i.target} i set ${i.c('revokedAt')} = now()
          where i.${i.c(tenant)} = $1 and i.${i.c('email')} = $2 and ${open(i)} and i.${i.c('expiresAt')} <= now();
          insert into ${i.target} as i (${i.c(tenant)}, ${i.c('email')}, ${i.c('roleId')}, ${i.c('tokenHash')}, ${i.c('invitedBy')}, ${i.c('expiresAt')})
          values ($1, $2, tenantry.rbac_role_id($1, $3), $4, ${sender}, now() + $5)
          on conflict (${i.c(tenant)}, ${i.c('email')}) where ${i.c('acceptedAt')} is null and ${i.c('revokedAt')} is null do nothing
          ${returning('made')}
          if made is null then
            ${raise('INVITATION_PENDING', ddl`$2`)}
          end if;
          return made;
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_resend_invitation(${tenantType}, uuid, text, interval) returns jsonb`,
      ddl`
        declare
          sent jsonb;
          ${declared}
        begin
          ${guard(i, 'update')}
          -- another token: the link that was sent before is dead
          update ${i.target} i set ${i.c('tokenHash')} = $3, ${i.c('expiresAt')} = now() + $4, ${i.c('invitedBy')} = ${sender}
          where i.${i.c(tenant)} = $1 and i.${i.c('id')} = $2 and ${open(i)}
          ${returning('sent')}
          if sent is null then ${raise('INVITATION_UNKNOWN', ddl`'no open invitation with this id'`)} end if;
          return sent;
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_revoke_invitation(${tenantType}, uuid) returns void`,
      ddl`
        begin
          ${guard(i, 'update')}
          update ${i.target} i set ${i.c('revokedAt')} = now()
          where i.${i.c(tenant)} = $1 and i.${i.c('id')} = $2 and ${open(i)};
          if not found then ${raise('INVITATION_UNKNOWN', ddl`'no open invitation with this id'`)} end if;
        end
      `,
    ),
    // tenant, the end of the page before: when it was made and its id, and how many
    asCaller(
      names,
      ddl`rbac_invitations(${tenantType}, timestamptz, uuid, int) returns jsonb`,
      ddl`
        begin
          return coalesce((
            select jsonb_agg(${names.onCitus ? shownOf(ddl`$1`) : shown} || jsonb_build_object('state', ${state(i)}, 'createdAt', ${isoTime(ddl`i.${i.c('createdAt')}`)}, 'madeAt', extract(epoch from i.${i.c('createdAt')}))
              order by i.${i.c('createdAt')}, i.${i.c('id')})
            from (
              select * from ${i.target} i
              where i.${i.c(tenant)} = $1 and i.${i.c('revokedAt')} is null
                and (i.${i.c('createdAt')}, i.${i.c('id')}) > (coalesce($2, '-infinity'), coalesce($3, '00000000-0000-0000-0000-000000000000'))
              order by i.${i.c('createdAt')}, i.${i.c('id')} limit $4
            ) i), '[]');
        end
      `,
      { volatility: 'stable' },
    ),
    ...acceptFunctions(names, i, shown),
  ];
}

const state = (i: RbacTable): Ddl => ddl`case
        when i.${i.c('acceptedAt')} is not null then 'accepted' when i.${i.c('revokedAt')} is not null then 'revoked'
        when i.${i.c('expiresAt')} <= now() then 'expired' else 'open' end`;

/** Refuses to invite an existing member; only when users are in the database. */
function refuseMembers({ users: u, memberships: m, tenant }: Names): Ddl {
  if (u === undefined) return { sql: '' };
  const there = ddl`exists (select from ${u.target} u join ${m.target} m on m.${m.c('userId')} = u.${u.c('id')}
  where m.${m.c(tenant)} = $1 and u.${u.c('email')} = $2)`;
  return ddl`
    if ${there} then
      ${raise('MEMBER_EXISTS', ddl`$2`)}
    end if;
  `;
}

/** For the system role alone: the app role reads the hashes of its tenant, and they are the key here. */
function acceptFunctions(names: Names, i: RbacTable, shown: Ddl): SqlFunction[] {
  const { memberships: m, memberRoles: mr, tenant } = names;
  const user = givenUser(names, ddl`$3`);
  // a token is random, so no index has to keep it unique; on Citus its tenant is asked of all shards first
  const { onCitus } = names;
  const findsTenant = onCitus ? ddl`declare invited_to ${names.tenantType};` : ddl``;
  const tenantOfToken = onCitus
    ? ddl`select i.${i.c(tenant)} into invited_to from ${i.target} i where i.${i.c('tokenHash')} = $1 limit 1;`
    : ddl``;
  const ofToken = ddl`${onCitus ? ddl`i.${i.c(tenant)} = invited_to and ` : ddl``}i.${i.c('tokenHash')} = $1`;
  return [
    asSystem(
      names,
      ddl`rbac_find_invitation(text) returns jsonb`,
      ddl`
        ${findsTenant}
        begin
          ${tenantOfToken}
          return (select ${shown} || jsonb_build_object('tenant', i.${i.c(tenant)}::text, 'state', ${state(i)})
            from ${i.target} i where ${ofToken} limit 1);
        end
      `,
      { volatility: 'stable', callers: [names.system] },
    ),
    asSystem(
      names,
      ddl`rbac_accept_invitation(text, text, text) returns jsonb`,
      ddl`
        declare
          taken ${i.target}%rowtype;
          ${names.onCitus ? ddl`invited_to ${names.tenantType};` : ddl``}
        begin
          ${tenantOfToken}
          -- the row lock of this one statement lets one of many through; the rest find it accepted
          update ${i.target} i set ${i.c('acceptedAt')} = now(), ${i.c('acceptedBy')} = ${user}
          where ${ofToken} and ${open(i)} and i.${i.c('expiresAt')} > now()
            and i.${i.c('email')} = $2 and ${user} is not null
          returning i.* into taken;
          if not found then
            ${whyNot(i, ofToken)}
          end if;
          -- its triggers count seats; what they refuse rolls the acceptance back
          insert into ${m.target} (${m.c(tenant)}, ${m.c('userId')}) values (taken.${i.c(tenant)}, ${user}) on conflict do nothing;
          if not found then
            ${raise('MEMBER_EXISTS', ddl`'a member'`)}
          end if;
          ${stillGood(names, i)}
          insert into ${mr.target} (${mr.c(tenant)}, ${mr.c('userId')}, ${mr.c('roleId')})
          values (taken.${i.c(tenant)}, ${user}, taken.${i.c('roleId')});
          return jsonb_build_object('tenant', taken.${i.c(tenant)}::text, 'version',
            (select v.version from tenantry.rbac_versions v where v.tenant_id = taken.${i.c(tenant)}));
        end
      `,
      { callers: [names.system] },
    ),
  ];
}

/**
 * At acceptance the sender must still be allowed to grant the role, and a removed user cannot return by
 * an invitation from before the removal. It is checked after the insert, which waits for a concurrent
 * removal.
 */
const stillGood = ({ tenant, userType }: Names, i: RbacTable): Ddl => ddl`
  if exists (select from tenantry.rbac_departures d
    where d.tenant_id = taken.${i.c(tenant)} and d.user_id = taken.${i.c('acceptedBy')} and d.left_at >= taken.${i.c('createdAt')}) then
    ${raise('INVITATION_REVOKED', ddl`'an invitation from before the user was removed'`)}
  end if;
  if taken.${i.c('invitedBy')} is not null and tenantry.rbac_lacking(taken.${i.c(tenant)}, taken.${i.c('invitedBy')}::${userType},
    tenantry.rbac_role_patterns(taken.${i.c(tenant)}, taken.${i.c('roleId')}), null, null, null) is not null then
    ${raise('INVITATION_REVOKED', ddl`'an invitation whose sender may not give this role any more'`)}
  end if;`;

/**
 * `tenantry.rbac_members_left(tenant, members)`: revokes invitations that would let a former member back
 * in: those to their address and those that they sent. The time of departure is kept, for invitations to
 * their other addresses.
 */
export function departuresFunction(names: Names): SqlFunction {
  const { invitations: i, users: u, tenants, tenant, tenantType, userType } = names;
  const address =
    u === undefined || i === undefined
      ? ddl``
      : ddl`or i.${i.c('email')} in (select u.${u.c('email')} from ${u.target} u where u.${u.c('id')} = any ($2))`;
  return asSystem(
    names,
    ddl`rbac_members_left(tenant ${tenantType}, members ${userType}[]) returns void`,
    ddl`
      begin
        if not exists (select from ${tenants.target} t where t.${tenants.c('id')} = $1) then return; end if;
        ${
          i === undefined
            ? ddl``
            : ddl`
              update ${i.target} i set ${i.c('revokedAt')} = now()
              where i.${i.c(tenant)} = $1 and ${open(i)} and (i.${i.c('invitedBy')} = any ($2) ${address});
              -- what no invitation is older than any more
              delete from tenantry.rbac_departures d where d.tenant_id = $1 and d.left_at < now() - interval '1 day'
                and not exists (select from ${i.target} i where i.${i.c(tenant)} = $1 and ${open(i)} and i.${i.c('createdAt')} <= d.left_at);
              insert into tenantry.rbac_departures as d (tenant_id, user_id, left_at)
              select $1, each, clock_timestamp() from unnest($2) each
              on conflict (tenant_id, user_id) do update set left_at = excluded.left_at;`
        }
      end
    `,
  );
}

/** Why an acceptance failed; returned only to the holder of a token. */
const whyNot = (i: RbacTable, ofToken: Ddl): Ddl => ddl`
  select i.* into taken from ${i.target} i where ${ofToken} limit 1;
  if not found then ${raise('INVITATION_UNKNOWN', ddl`'no invitation for this token'`)}
  elsif taken.${i.c('email')} <> $2 then ${raise('INVITATION_EMAIL_MISMATCH', ddl`'another address'`)}
  elsif taken.${i.c('acceptedAt')} is not null then ${raise('INVITATION_USED', ddl`'a token that was used'`)}
  elsif taken.${i.c('revokedAt')} is not null then ${raise('INVITATION_REVOKED', ddl`'a token that was revoked'`)}
  elsif taken.${i.c('expiresAt')} <= now() then ${raise('INVITATION_EXPIRED', ddl`'a token that has expired'`)}
  else ${raise('MEMBER_UNKNOWN', ddl`'no user with this id'`)}
  end if;
`;
