import { Readable } from 'node:stream';
import { guard } from '@tenantry/core/hono';
import { Hono } from 'hono';
import { z } from 'zod';
import { audit } from '../audit.ts';
import type { Database } from '../database.ts';
import { notFound } from '../problems.ts';
import { rbac } from '../rbac.ts';
import type { ApiEnv } from '../session.ts';
import { isId, readQuery, text } from '../validation.ts';

const moment = z.iso.datetime({ offset: true }).or(z.iso.date());
const logFilter = z.strictObject({
  action: text(100).optional(),
  actor: text(200).optional(),
  resource: text(200).optional(),
  id: text(200).optional(),
  from: moment.optional(),
  to: moment.optional(),
});
export const logQuery = logFilter.extend({
  after: text(2000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const exportQuery = logFilter.extend({
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
});

const types = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

/** The audit log of the organization, for its admins: by pages, as a file, and with proofs. */
export function auditRoutes({ db, pool }: Database) {
  const routes = new Hono<ApiEnv>();
  routes.use('*', guard(rbac.requires('audit:read')));

  routes.get('/', async (c) => {
    const { entries, next } = await audit.query(db, toFilter(readQuery(c, logQuery)));
    return c.json({ items: entries, next });
  });

  routes.get('/export', async (c) => {
    const { format, ...filter } = readQuery(c, exportQuery);
    await pool.batch(() => [
      audit.log(pool, 'log.exported', { resource: ['audit_log'], metadata: { format } }),
    ]);
    // read page by page while it is sent, after the scope of this request
    const text = audit.export(db, { format, ...toFilter(filter) });
    const body = Readable.toWeb(Readable.from(text).map((chunk) => Buffer.from(chunk)));
    return c.body(body as ReadableStream, 200, {
      'content-type': types[format],
      'content-disposition': `attachment; filename="audit-log.${format}"`,
    });
  });

  routes.get('/:id/proof', async (c) => {
    const id = c.req.param('id');
    if (!isId(id)) throw notFound('entry');
    return c.json(await audit.prove(db, id));
  });

  return routes;
}

/** The parameters of a request as a filter: `resource` and `id` belong together. */
function toFilter<F extends { resource?: string | undefined; id?: string | undefined }>(given: F) {
  const { resource, id, ...rest } = given;
  const named = Object.entries(rest).filter(([, value]) => value !== undefined);
  const of =
    resource === undefined ? {} : { resource: id === undefined ? [resource] : [resource, id] };
  return { ...Object.fromEntries(named), ...of } as Parameters<typeof audit.query>[1] & object;
}
