import { fetchRequest } from '@tenantry/core/adapter';
import { type JwtKey, jwtClaim, jwtUser } from '@tenantry/core/jwt';
import { chain, type TenantRequest } from '@tenantry/core/resolvers';
import type { Context } from 'hono';
import type { Change } from './change.ts';
import { isSignedBySvix } from './signatures.ts';
import type { Source } from './webhook.ts';

/** Where the session tokens of a Clerk instance come from. */
export type ClerkOptions = {
  /** The Frontend API URL: `https://clerk.acme.com`. */
  readonly issuer: string;
  /** The origins of your pages. */
  readonly origins: readonly string[];
} & ({ readonly jwksUrl: string } | { readonly key: JwtKey });

/**
 * The tenant and the user of a request, by Clerk's session token: of version 2 (`o.id`) and of version 1
 * (`org_id`), from the cookie of a page or the header of an API call.
 */
export function clerk({ issuer, origins, ...keys }: ClerkOptions) {
  const rules = {
    ...keys,
    issuer,
    algorithms: ['RS256'],
    // azp is its audience; a pending session has not finished to sign in
    audience: false,
    accept: ({ azp, sts }: { azp?: unknown; sts?: unknown }) =>
      (azp === undefined || origins.includes(azp as string)) && sts !== 'pending',
    token: sessionToken,
  } as const;
  const who = jwtUser(rules);
  return {
    resolve: chain([
      jwtClaim({ ...rules, claim: ['o', 'id'] }),
      jwtClaim({ ...rules, claim: 'org_id' }),
    ]),
    user: (c: Context) => who(fetchRequest(c.req.raw)),
  };
}

function sessionToken({ header }: TenantRequest): string | undefined {
  const [, bearer] = /^Bearer (.+)$/i.exec(String(header('authorization') ?? '')) ?? [];
  const [, cookie] = /(?:^|;\s*)__session=([^;]+)/.exec(String(header('cookie') ?? '')) ?? [];
  return bearer ?? cookie;
}

/** Clerk's webhooks, which Svix signs. */
export const clerkSource = (secret: string): Source => ({
  isGenuine: (body, headers) => isSignedBySvix(secret, body, headers),
  read: (event) => changeOf(event as ClerkEvent),
  readObject: (kind, object, isDeleted) => changeOfObject(kind, object as ClerkData, isDeleted),
});

interface ClerkEvent {
  readonly type: string;
  readonly timestamp?: number;
  readonly data: ClerkData;
}
interface ClerkData {
  readonly id: string;
  readonly updated_at?: number;
  readonly name?: string;
  readonly slug?: string | null;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly primary_email_address_id?: string | null;
  readonly email_addresses?: readonly { readonly id: string; readonly email_address: string }[];
  readonly organization?: { readonly id: string };
  readonly public_user_data?: { readonly user_id: string };
  readonly role?: string;
}

const kinds = {
  user: 'user',
  organization: 'organization',
  organizationMembership: 'membership',
} as const;

function changeOf({ type, timestamp, data }: ClerkEvent): Change | undefined {
  const [, of, what] = /^(user|organization|organizationMembership)\.(\w+)$/.exec(type) ?? [];
  if (of === undefined || !['created', 'updated', 'deleted'].includes(what ?? '')) return undefined;
  return changeOfObject(kinds[of as keyof typeof kinds], data, what === 'deleted', timestamp);
}

function changeOfObject(
  kind: Change['kind'],
  data: ClerkData,
  isDeleted: boolean,
  timestamp = 0,
): Change | undefined {
  const of = { id: data.id, version: data.updated_at ?? timestamp, isDeleted };
  switch (kind) {
    case 'user': {
      const email = data.email_addresses?.find(({ id }) => id === data.primary_email_address_id);
      const name = [data.first_name, data.last_name].filter(Boolean).join(' ');
      return { ...of, kind, email: email?.email_address.toLowerCase() ?? null, name };
    }
    case 'organization':
      return { ...of, kind, name: data.name ?? '', slug: data.slug ?? null };
    default: {
      const organizationId = data.organization?.id;
      const userId = data.public_user_data?.user_id;
      if (organizationId === undefined || userId === undefined) return undefined;
      // `org:admin`; `admin` before roles could be made
      const role = isDeleted ? null : (data.role ?? '').replace(/^org:/, '');
      return { ...of, kind: 'membership', organizationId, userId, role };
    }
  }
}
