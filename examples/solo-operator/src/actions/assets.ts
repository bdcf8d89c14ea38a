import { isIP } from 'node:net';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { amount, currency, day, name, read, rowId, text, url } from '../input.ts';
import * as s from '../schema/index.ts';

type Db = Database['db'];

const common = { clientId: rowId.nullish(), notes: text(5000).optional() };

/** What a form of each kind of asset sends. */
const shapes = {
  hosting: z.strictObject({
    ...common,
    name: name(),
    provider: name(),
    ipAddress: z
      .string()
      .refine((address) => isIP(address) !== 0, 'no IP address')
      .nullish(),
    region: text(100).optional(),
    currency,
    monthlyCost: amount.optional(),
    vaultItemId: rowId.nullish(),
  }),
  domains: z.strictObject({
    ...common,
    name: name(253),
    registrar: name(),
    dnsProvider: text(200).optional(),
    expiryDate: day,
    currency,
    yearlyCost: amount.optional(),
    hostingId: rowId.nullish(),
  }),
  cloudflare: z.strictObject({
    ...common,
    zoneName: name(253),
    accountEmail: z.email().max(254),
    zoneId: text(100).optional(),
    plan: z.enum(s.cloudflarePlans).optional(),
    domainId: rowId.nullish(),
  }),
  github: z.strictObject({
    ...common,
    owner: name(100),
    repository: name(100),
    visibility: z.enum(s.repositoryVisibilities).optional(),
    defaultBranch: name(200).optional(),
    projectId: rowId.nullish(),
  }),
  social: z.strictObject({
    ...common,
    platform: z.enum(s.socialPlatforms),
    handle: name(100),
    url: url.optional(),
    vaultItemId: rowId.nullish(),
  }),
  subscriptions: z.strictObject({
    ...common,
    name: name(),
    vendor: name(),
    billingCycle: z.enum(s.billingCycles),
    currency,
    cost: amount,
    renewsOn: day.nullish(),
  }),
};

/** The kinds of assets, as the page and the database have them. */
export type AssetKind = keyof typeof shapes;
const kind = z.enum(Object.keys(shapes) as [AssetKind, ...AssetKind[]]);

const inserts: { [K in AssetKind]: (db: Db, id: string, input: unknown) => Promise<unknown> } = {
  hosting: (db, id, input) =>
    db.insert(s.assetsHosting).values({ ...read(shapes.hosting, input), id }),
  domains: (db, id, input) =>
    db.insert(s.assetsDomains).values({ ...read(shapes.domains, input), id }),
  cloudflare: (db, id, input) =>
    db.insert(s.assetsCloudflare).values({ ...read(shapes.cloudflare, input), id }),
  github: (db, id, input) =>
    db.insert(s.assetsGithub).values({ ...read(shapes.github, input), id }),
  social: (db, id, input) =>
    db.insert(s.assetsSocial).values({ ...read(shapes.social, input), id }),
  subscriptions: (db, id, input) =>
    db.insert(s.assetsSubscriptions).values({ ...read(shapes.subscriptions, input), id }),
};

/**
 * Adds an asset of one of the six kinds.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`; a domain or a repository that is there already is `ROW_EXISTS`
 */
export async function createAsset(db: Db, of: unknown, input: unknown): Promise<string> {
  const id = newId();
  await inserts[read(kind, of)](db, id, input);
  return id;
}
