import { ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { atHome } from './at-home.ts';
import { asSystem } from './makers.ts';
import type { Names } from './tables.ts';

/**
 * What the functions of a tenant ask of the table of people, which the app role does not read on Citus: the
 * address of a member, and whether one has an address. They answer for members of the tenant of the
 * transaction alone.
 */
export function peopleFunctions(names: Names): SqlFunction[] {
  const { users: u, memberships: m, tenant, tenantType, userType } = names;
  if (u === undefined || !names.onCitus) return [];
  const at_home = ddl`declare at_home constant ${tenantType} := (${names.currentTenant});`;
  const ofMember = ddl`${u.target} u join ${m.target} m on m.${m.c('userId')} = u.${u.c('id')} and m.${m.c(tenant)} = at_home`;
  return [
    asSystem(
      names,
      ddl`my_email_of(member ${userType}) returns text`,
      ddl`
        ${at_home}
        begin
          return (select u.${u.c('email')} from ${ofMember} where m.${m.c('userId')} = $1);
        end
      `,
      { volatility: 'stable', callers: [names.app] },
    ),
    asSystem(
      names,
      ddl`rbac_email_of(member ${userType}) returns text`,
      ddl`begin return (select u.${u.c('email')} from ${u.target} u where u.${u.c('id')} = $1); end`,
      { volatility: 'stable' },
    ),
    ...atHome(
      names,
      ddl`my_member_has(address text) returns boolean`,
      ddl`
        ${at_home}
        begin
          return exists (select from ${ofMember} where u.${u.c('email')} = $1);
        end
      `,
      {
        volatility: 'stable',
        callers: [names.app],
        comment: literal('Whether a member of the tenant has this address.'),
      },
    ),
  ];
}
