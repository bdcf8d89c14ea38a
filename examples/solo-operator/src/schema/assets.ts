import type { ColumnLike, ColumnsLike } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import { boolean, check, inet, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { isolate, reference } from '../tenancy.ts';
import { clients, projects } from './clients.ts';
import { amount, common, currency, day, isCurrency, ofClient, oneOf } from './parts.ts';
import { businesses } from './people.ts';
import { vaultItems } from './vault.ts';

// Six tables, because each kind has columns of its own. All of them survive their client.

export const billingCycles = ['monthly', 'yearly'] as const;
export const subscriptionStatuses = ['active', 'cancelled'] as const;
export const repositoryVisibilities = ['public', 'private'] as const;
export const cloudflarePlans = ['free', 'pro', 'business', 'enterprise'] as const;
export const socialPlatforms = [
  'instagram',
  'linkedin',
  'x',
  'youtube',
  'facebook',
  'tiktok',
] as const;

/** What all six have. */
const asset = () => ({ ...common(), clientId: ofClient(), notes: text().notNull().default('') });

interface Asset extends ColumnsLike {
  readonly businessId: ColumnLike;
  readonly clientId: ColumnLike;
}

const rules = (t: Asset) => [
  ...isolate(t),
  ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
  ...reference(t, { column: t.clientId, to: () => clients, onDelete: 'set null' }),
];

/** A server. How to log in to it is in the vault. */
export const assetsHosting = pgTable(
  'assets_hosting',
  {
    ...asset(),
    name: text().notNull(),
    provider: text().notNull(),
    ipAddress: inet('ip_address'),
    region: text().notNull().default(''),
    currency: currency(),
    monthlyCost: amount('monthly_cost').notNull().default(0),
    vaultItemId: text('vault_item_id'),
  },
  (t) => [
    ...rules(t),
    ...reference(t, { column: t.vaultItemId, to: () => vaultItems, onDelete: 'set null' }),
    isCurrency('assets_hosting_currency_form', t.currency),
    check('assets_hosting_cost_range', sql`${t.monthlyCost} >= 0`),
  ],
);

/** A domain, and the server to which it leads. */
export const assetsDomains = pgTable(
  'assets_domains',
  {
    ...asset(),
    name: text().notNull(),
    registrar: text().notNull(),
    dnsProvider: text('dns_provider').notNull().default(''),
    expiryDate: day('expiry_date').notNull(),
    autoRenew: boolean('auto_renew').notNull().default(true),
    currency: currency(),
    yearlyCost: amount('yearly_cost').notNull().default(0),
    hostingId: text('hosting_id'),
  },
  (t) => [
    ...rules(t),
    ...reference(t, { column: t.hostingId, to: () => assetsHosting, onDelete: 'set null' }),
    isCurrency('assets_domains_currency_form', t.currency),
    check('assets_domains_cost_range', sql`${t.yearlyCost} >= 0`),
    unique('assets_domains_name_key').on(t.businessId, t.name),
  ],
);

/** A zone at Cloudflare. */
export const assetsCloudflare = pgTable(
  'assets_cloudflare',
  {
    ...asset(),
    domainId: text('domain_id'),
    accountEmail: text('account_email').notNull(),
    zoneName: text('zone_name').notNull(),
    zoneId: text('zone_id').notNull().default(''),
    plan: text({ enum: cloudflarePlans }).notNull().default('free'),
  },
  (t) => [
    ...rules(t),
    ...reference(t, { column: t.domainId, to: () => assetsDomains, onDelete: 'set null' }),
    oneOf('assets_cloudflare_plan_known', t.plan, cloudflarePlans),
  ],
);

/** A repository at GitHub. */
export const assetsGithub = pgTable(
  'assets_github',
  {
    ...asset(),
    projectId: text('project_id'),
    owner: text().notNull(),
    repository: text().notNull(),
    visibility: text({ enum: repositoryVisibilities }).notNull().default('private'),
    defaultBranch: text('default_branch').notNull().default('main'),
  },
  (t) => [
    ...rules(t),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'set null' }),
    oneOf('assets_github_visibility_known', t.visibility, repositoryVisibilities),
    unique('assets_github_repository_key').on(t.businessId, t.owner, t.repository),
  ],
);

/** An account on a social network. */
export const assetsSocial = pgTable(
  'assets_social',
  {
    ...asset(),
    platform: text({ enum: socialPlatforms }).notNull(),
    handle: text().notNull(),
    url: text().notNull().default(''),
    vaultItemId: text('vault_item_id'),
  },
  (t) => [
    ...rules(t),
    ...reference(t, { column: t.vaultItemId, to: () => vaultItems, onDelete: 'set null' }),
    oneOf('assets_social_platform_known', t.platform, socialPlatforms),
  ],
);

/** Software that is paid for month by month or year by year. */
export const assetsSubscriptions = pgTable(
  'assets_subscriptions',
  {
    ...asset(),
    name: text().notNull(),
    vendor: text().notNull(),
    status: text({ enum: subscriptionStatuses }).notNull().default('active'),
    billingCycle: text('billing_cycle', { enum: billingCycles }).notNull(),
    currency: currency(),
    cost: amount('cost').notNull(),
    renewsOn: day('renews_on'),
  },
  (t) => [
    ...rules(t),
    oneOf('assets_subscriptions_status_known', t.status, subscriptionStatuses),
    oneOf('assets_subscriptions_cycle_known', t.billingCycle, billingCycles),
    isCurrency('assets_subscriptions_currency_form', t.currency),
    check('assets_subscriptions_cost_range', sql`${t.cost} >= 0`),
  ],
);
