import { z } from 'zod';
import { may } from '../access.ts';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { type Api, text } from '../validation.ts';

const logQuery = z.strictObject({
  action: text(100).exactOptional(),
  actor: text(200).exactOptional(),
  after: text(2000).exactOptional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** The audit log of the tenant, for its admins. */
export function auditRoutes(api: Api, { db }: Database): void {
  api.get(
    '/audit',
    { schema: { querystring: logQuery }, preHandler: may('audit:read') },
    async ({ query }) => {
      const { entries, next } = await audit.query(db, query);
      return { items: entries, next };
    },
  );
}
