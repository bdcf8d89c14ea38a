import { eq, sql } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { placements } from '../placements.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import { builtInRoles, memberRoles, memberships, organizations, roles } from '../schema/index.ts';
import { userIn } from '../sign-in/session.ts';
import type { Tokens } from '../sign-in/token.ts';
import { tenancy } from '../tenancy.ts';
import { addressOf, organizationHeader, type Way } from '../tenant-from.ts';
import { readBody, text } from '../validation.ts';
import { acceptInvitation } from './invitations.ts';

const reserved = new Set(['www', 'app', 'api', 'admin', 'auth']);
const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
  .refine((slug) => !reserved.has(slug) && !slug.startsWith('xn--'), 'this slug is reserved');
const newOrganization = z.strictObject({ name: text(100).trim().min(1), slug });
const whichOrganization = z.strictObject({ organization: slug });
const acceptance = z.strictObject({ token: text(100) });

/** The keys of a member's roles, in a query of memberships. */
const rolesOfMember = sql<string[]>`array(
  select coalesce(${builtInRoles.key}, ${roles.key}) from ${memberRoles}
  left join ${builtInRoles} on ${builtInRoles.id} = ${memberRoles.builtInRoleId}
  left join ${roles} on ${roles.organizationId} = ${memberRoles.organizationId}
    and ${roles.id} = ${memberRoles.ownRoleId}
  where ${memberRoles.organizationId} = ${memberships.organizationId}
    and ${memberRoles.userId} = ${memberships.userId} and ${memberRoles.resourceType} is null
  order by 1)`;

/** What these routes know besides the database. */
export interface AccountOptions extends Database {
  readonly origin: string;
  readonly ways: readonly Way[];
  readonly tokens: Tokens;
}

/** What a user does outside of every organization. It crosses tenants, so it says why and for whom. */
export function accountRoutes({ db, pool, origin, ways, tokens }: AccountOptions): Router {
  const routes = Router();

  routes.get('/organizations', async (_request, response) => {
    response.json({ items: await organizationsOf({ db, pool }, userIn(response).id) });
  });

  routes.post('/organizations', async (request, response) => {
    const values = readBody(request, newOrganization);
    const { id: user } = userIn(response);
    const entry = { reason: 'found an organization', actor: user, write: true };
    const founded = await tenancy.asSystem(entry, () =>
      db.transaction(async (tx) => {
        const [organization] = await tx.insert(organizations).values(values).returning();
        if (organization === undefined) throw new Error('the insert returned no row');
        const { id: organizationId } = organization;
        await rbac.members.add(tx, { organizationId, user, role: 'owner' });
        return organization;
      }),
    );
    const address = addressOf(ways, { origin, organization: founded });
    response.status(201).json({ ...founded, address });
  });

  // how to go on in another organization: its address, and what a program sends
  routes.post('/switch', async (request, response) => {
    const { organization: value } = readBody(request, whichOrganization);
    const { id: user } = userIn(response);
    const organization = await pool.enter({ claim: { by: 'slug', value }, user }, async () => {
      const [own] = await db.select().from(organizations);
      return own;
    });
    if (organization === undefined) throw notFound('organization');
    response.json({
      address: addressOf(ways, { origin, organization }),
      ...(ways.includes('header') && { headers: { [organizationHeader]: value } }),
      ...(ways.includes('token') && { token: await tokens.sign(user, value) }),
    });
  });

  // what the page of the invitation shows; a GET changes nothing, so a mail scanner may open it
  routes.get('/invitations/:token', async (request, response) => {
    const invitation = await rbac.invitations.find(pool, request.params.token);
    if (invitation === null) throw notFound('invitation');
    response.json(invitation);
  });

  routes.post('/invitations/accept', async (request, response) => {
    const { token } = readBody(request, acceptance);
    response.status(201).json(await acceptInvitation({ db, pool }, userIn(response), token));
  });

  return routes;
}

/**
 * The organizations of a user, with the roles in each, from every database. One that does not answer is left out:
 * nobody can enter its organizations now either.
 */
export async function organizationsOf({ db, pool }: Database, userId: string) {
  const query = () =>
    db
      .select({
        id: organizations.id,
        name: organizations.name,
        slug: organizations.slug,
        domain: organizations.domain,
        roles: rolesOfMember,
      })
      .from(memberships)
      .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
      .where(eq(memberships.userId, userId));
  const entry = { reason: 'list the organizations of the signed-in user', actor: userId };
  const found: Awaited<ReturnType<typeof query>> = [];
  for await (const answer of placements.acrossTenants(pool, entry, query))
    if (answer.ok) found.push(...answer.value);
  return found.sort((a, b) => (a.slug < b.slug ? -1 : 1));
}
