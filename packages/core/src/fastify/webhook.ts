import type { FastifyPluginCallback } from 'fastify';
import {
  checkWebhook,
  errorToAnswer,
  type FetchHandler,
  type FetchRequestOptions,
  toFetchRequest,
} from '../adapter/index.ts';
import { sendProblem } from './problem.ts';

/**
 * A plugin with one route for POST that gets the raw body, for handlers that check a signature over the
 * bytes, such as the webhook of Stripe. The content type parsers of other routes stay as they are, and the
 * route asks for no tenant.
 *
 * @param handle answers a Fetch `Request`
 * @param options.maxBytes the largest body, in bytes. Default: 1048576.
 * @example
 * ```ts
 * app.register(webhook(runtime.webhook), { prefix: '/webhooks/stripe' });
 * ```
 * @throws TenantryError `CONFIG_INVALID`; requests get `BODY_TOO_LARGE`, and `CONFIG_INVALID` where a hook has read the body before
 */
export function webhook(
  handle: FetchHandler,
  options: Pick<FetchRequestOptions, 'maxBytes'> = {},
): FastifyPluginCallback {
  checkWebhook(handle, options);
  return (app, _, done) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    app.post('/', { config: { tenant: false } }, async (request, reply) => {
      try {
        return await handle(await toFetchRequest(request.raw, options));
      } catch (error) {
        const known = errorToAnswer(error, { errors: 'answer', logger: request.log });
        if (known === undefined) throw error;
        return sendProblem(reply, known);
      }
    });
    done();
  };
}
