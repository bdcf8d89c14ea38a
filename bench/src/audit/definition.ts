import { defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { z } from 'zod';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const audit = defineAudit(tenancy, {
  actions: { 'project.created': z.object({ name: z.string() }) },
});

export const acme = '00000000-0000-4000-8000-00000000ac3e';
/** Who acts in every measured scope. */
export const entry = {
  organizationId: acme,
  user: 'u1',
  ip: '203.0.113.7',
  requestId: 'r1',
} as const;
