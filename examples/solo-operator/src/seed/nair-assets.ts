import type { Work } from './work.ts';

/** The digital assets of the studio, most of which belong to clients. */
export const nairAssets: NonNullable<Work['assets']> = {
  hosting: [
    {
      client: 'Ananya Rao',
      name: 'saffron-1',
      provider: 'Northhost',
      ipAddress: '203.0.113.24',
      region: 'Mumbai',
      currency: 'USD',
      monthlyCost: 1_200,
      secret: 'Saffron server, root',
    },
  ],
  domains: [
    {
      client: 'Ananya Rao',
      name: 'saffronkitchens.example',
      registrar: 'Namefold',
      dnsProvider: 'Cloudflare',
      expiryDate: '2027-02-14',
      currency: 'USD',
      yearlyCost: 1_299,
      server: 'saffron-1',
    },
    {
      name: 'nairstudio.example',
      registrar: 'Namefold',
      dnsProvider: 'Cloudflare',
      expiryDate: '2027-06-30',
      currency: 'USD',
      yearlyCost: 1_099,
    },
  ],
  cloudflare: [
    {
      client: 'Ananya Rao',
      zoneName: 'saffronkitchens.example',
      accountEmail: 'ops@nairstudio.example',
      plan: 'pro',
    },
  ],
  github: [
    {
      client: 'Ananya Rao',
      project: 'Ordering site',
      owner: 'nair-studio',
      repository: 'saffron-ordering',
    },
  ],
  social: [
    {
      client: 'Ananya Rao',
      platform: 'instagram',
      handle: '@saffronkitchens',
      url: 'https://instagram.com/saffronkitchens',
    },
  ],
  subscriptions: [
    {
      name: 'Type library',
      vendor: 'Foundry Nine',
      billingCycle: 'yearly',
      currency: 'EUR',
      cost: 18_000,
      renewsOn: '2027-01-12',
    },
    {
      client: 'Claire Dubois',
      name: 'Mailing list',
      vendor: 'Postkarte',
      billingCycle: 'monthly',
      currency: 'EUR',
      cost: 2_900,
      renewsOn: '2026-12-03',
    },
  ],
};
