import type { AssetKind } from '@/src/actions/assets.ts';
import { formatMoney } from '@/src/money/format.ts';
import type { AssetsPage } from '@/src/queries/assets.ts';
import {
  billingCycles,
  cloudflarePlans,
  repositoryVisibilities,
  socialPlatforms,
} from '@/src/schema/index.ts';

/** A field of the form of a kind of asset. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** Default: 'text'. */
  readonly type?: 'text' | 'date' | 'email' | 'url';
  readonly required?: true;
  readonly initial?: string;
  /** To choose from. */
  readonly values?: readonly string[];
  /** To link to, or to none. */
  readonly rows?: readonly { readonly id: string; readonly name: string }[];
}

/** A kind of asset: what there is, and what a new one consists of. */
export interface Kind {
  readonly kind: AssetKind;
  readonly title: string;
  /** What the form adds. */
  readonly one: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly id: string;
    readonly clientId: string | null;
    readonly cells: readonly string[];
  }[];
  readonly fields: readonly Field[];
}

const must = { required: true } as const;

/** The six kinds, because each has columns of its own. */
export function kindsOf({ assets, linkable, currency }: AssetsPage): readonly Kind[] {
  const { clients, projects, secrets } = linkable;
  const client: Field = { name: 'clientId', label: 'Client', rows: clients };
  const secret: Field = { name: 'vaultItemId', label: 'Credentials', rows: secrets };
  const money: Field = { name: 'currency', label: 'Currency', initial: currency, ...must };
  const nameOf = (rows: readonly { id: string; name: string }[], id: string | null) =>
    rows.find((row) => row.id === id)?.name ?? '';
  return [
    {
      kind: 'hosting',
      title: 'Servers',
      one: 'server',
      columns: ['Name', 'Provider', 'Address', 'Credentials', 'A month'],
      rows: assets.hosting.map((each) => ({
        ...each,
        cells: [
          each.name,
          [each.provider, each.region].filter(Boolean).join(', '),
          each.ipAddress ?? '',
          nameOf(secrets, each.vaultItemId),
          formatMoney(each.monthlyCost, each.currency),
        ],
      })),
      fields: [
        { name: 'name', label: 'Name', ...must },
        { name: 'provider', label: 'Provider', ...must },
        { name: 'ipAddress', label: 'IP address' },
        { name: 'region', label: 'Region' },
        { name: 'monthlyCost', label: 'Cost a month' },
        money,
        secret,
        client,
      ],
    },
    {
      kind: 'domains',
      title: 'Domains',
      one: 'domain',
      columns: ['Name', 'Registrar', 'Server', 'Until', 'A year'],
      rows: assets.domains.map((each) => ({
        ...each,
        cells: [
          each.name,
          each.registrar,
          nameOf(assets.hosting, each.hostingId),
          each.expiryDate,
          formatMoney(each.yearlyCost, each.currency),
        ],
      })),
      fields: [
        { name: 'name', label: 'Name', ...must },
        { name: 'registrar', label: 'Registrar', ...must },
        { name: 'dnsProvider', label: 'DNS' },
        { name: 'expiryDate', label: 'Until', type: 'date', ...must },
        { name: 'yearlyCost', label: 'Cost a year' },
        money,
        { name: 'hostingId', label: 'Server', rows: assets.hosting },
        client,
      ],
    },
    {
      kind: 'cloudflare',
      title: 'Zones at Cloudflare',
      one: 'zone',
      columns: ['Zone', 'Account', 'Plan'],
      rows: assets.cloudflare.map((each) => ({
        ...each,
        cells: [each.zoneName, each.accountEmail, each.plan],
      })),
      fields: [
        { name: 'zoneName', label: 'Zone', ...must },
        { name: 'accountEmail', label: 'Account', type: 'email', ...must },
        { name: 'plan', label: 'Plan', values: cloudflarePlans },
        { name: 'domainId', label: 'Domain', rows: assets.domains },
        client,
      ],
    },
    {
      kind: 'github',
      title: 'Repositories at GitHub',
      one: 'repository',
      columns: ['Repository', 'Project', 'Branch', 'Visibility'],
      rows: assets.github.map((each) => ({
        ...each,
        cells: [
          `${each.owner}/${each.repository}`,
          nameOf(projects, each.projectId),
          each.defaultBranch,
          each.visibility,
        ],
      })),
      fields: [
        { name: 'owner', label: 'Owner', ...must },
        { name: 'repository', label: 'Repository', ...must },
        { name: 'visibility', label: 'Visibility', values: [...repositoryVisibilities].reverse() },
        { name: 'projectId', label: 'Project', rows: projects },
        client,
      ],
    },
    {
      kind: 'social',
      title: 'Social accounts',
      one: 'account',
      columns: ['Handle', 'Platform', 'Address', 'Credentials'],
      rows: assets.social.map((each) => ({
        ...each,
        cells: [each.handle, each.platform, each.url, nameOf(secrets, each.vaultItemId)],
      })),
      fields: [
        { name: 'platform', label: 'Platform', values: socialPlatforms },
        { name: 'handle', label: 'Handle', ...must },
        { name: 'url', label: 'Address', type: 'url' },
        secret,
        client,
      ],
    },
    {
      kind: 'subscriptions',
      title: 'Software subscriptions',
      one: 'subscription',
      columns: ['Name', 'Vendor', 'Renews', 'Status', 'Cost'],
      rows: assets.subscriptions.map((each) => ({
        ...each,
        cells: [
          each.name,
          each.vendor,
          each.renewsOn ?? '',
          each.status,
          `${formatMoney(each.cost, each.currency)} ${each.billingCycle}`,
        ],
      })),
      fields: [
        { name: 'name', label: 'Name', ...must },
        { name: 'vendor', label: 'Vendor', ...must },
        { name: 'billingCycle', label: 'Paid', values: billingCycles },
        { name: 'cost', label: 'Cost', ...must },
        money,
        { name: 'renewsOn', label: 'Renews on', type: 'date' },
        client,
      ],
    },
  ];
}
