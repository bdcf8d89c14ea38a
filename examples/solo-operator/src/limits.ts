import { counted, counter, defineLimits, unlimited } from '@tenantry/plan-limits';
import { tenancy } from './tenancy.ts';

/**
 * What the plans allow. The database counts active clients, projects and vault items as rows are written;
 * invoices are counted in the month in which they are made, so deleting a draft gives nothing back.
 */
export const limits = defineLimits(tenancy, {
  features: {
    activeClients: counted(),
    projects: counted(),
    invoices: counter({ per: 'month' }),
    vaultItems: counted(),
  },
  plans: {
    free: { activeClients: 3, projects: 5, invoices: 5, vaultItems: 10 },
    solo: { activeClients: 15, projects: 50, invoices: 30, vaultItems: 100 },
    pro: {
      activeClients: unlimited,
      projects: unlimited,
      invoices: unlimited,
      vaultItems: unlimited,
    },
  },
  defaultPlan: 'free',
});
