import { fetchRequest } from '@tenantry/core/adapter';
import { type JwtKey, jwtClaim, jwtUser } from '@tenantry/core/jwt';
import type { Context } from 'hono';
import type { Change } from './change.ts';
import { isSignedByWorkOS } from './signatures.ts';
import type { Source } from './webhook.ts';

/** Where the access tokens of a WorkOS client come from. */
export type WorkOSOptions = {
  /** `https://api.workos.com`, or your own authentication domain. */
  readonly issuer: string;
} & (
  | { readonly jwksUrl: string } // https://api.workos.com/sso/jwks/<client id>: keys of your client only
  | { readonly key: JwtKey }
);

/** The tenant and the user of a request, by the access token of AuthKit. */
export function workos({ issuer, ...keys }: WorkOSOptions) {
  const rules = { ...keys, issuer, audience: false, algorithms: ['RS256'] } as const;
  const who = jwtUser(rules);
  return {
    resolve: jwtClaim({ ...rules, claim: 'org_id' }),
    user: (c: Context) => who(fetchRequest(c.req.raw)),
  };
}

/** The webhooks of WorkOS. */
export const workosSource = (secret: string): Source => ({
  isGenuine: (body, headers) => isSignedByWorkOS(secret, body, headers),
  read: (event) => changeOf(event as WorkOSEvent),
  readObject: (kind, object, isDeleted) => changeOfObject(kind, object as WorkOSData, isDeleted),
});

interface WorkOSEvent {
  readonly event: string;
  readonly data: WorkOSData;
}
interface WorkOSData {
  readonly id: string;
  readonly updated_at: string;
  readonly name?: string;
  readonly email?: string;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly organization_id?: string;
  readonly user_id?: string;
  readonly status?: 'active' | 'inactive' | 'pending';
  readonly role?: { readonly slug: string };
}

const kinds = {
  user: 'user',
  organization: 'organization',
  organization_membership: 'membership',
} as const;

function changeOf({ event, data }: WorkOSEvent): Change | undefined {
  const [, of, what] = /^(user|organization|organization_membership)\.(\w+)$/.exec(event) ?? [];
  if (of === undefined || !['created', 'updated', 'deleted'].includes(what ?? '')) return undefined;
  return changeOfObject(kinds[of as keyof typeof kinds], data, what === 'deleted');
}

function changeOfObject(
  kind: Change['kind'],
  data: WorkOSData,
  isDeleted: boolean,
): Change | undefined {
  const of = { id: data.id, version: Date.parse(data.updated_at), isDeleted };
  switch (kind) {
    case 'user': {
      const name = [data.first_name, data.last_name].filter(Boolean).join(' ');
      return { ...of, kind, email: data.email?.toLowerCase() ?? null, name };
    }
    case 'organization':
      // WorkOS has no slugs
      return { ...of, kind, name: data.name ?? '', slug: null };
    default: {
      const { organization_id: organizationId, user_id: userId, role, status } = data;
      if (organizationId === undefined || userId === undefined) return undefined;
      const inForce = !isDeleted && status === 'active';
      return {
        ...of,
        kind: 'membership',
        organizationId,
        userId,
        role: inForce ? (role?.slug ?? 'member') : null,
      };
    }
  }
}
