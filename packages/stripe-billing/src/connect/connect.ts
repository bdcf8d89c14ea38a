import { createStore } from '../intake/store.ts';
import { createWebhook } from '../intake/webhook.ts';
import { toCaller } from '../stripe/errors.ts';
import { startWorker } from '../worker/worker.ts';
import { createRuntime } from './create-runtime.ts';
import type { Defined } from './defined.ts';
import { type ConnectOptions, checkOptions } from './options.ts';
import { connectParts } from './parts.ts';
import type { BillingRuntime } from './runtime.ts';

/** Connects a definition to a database and to Stripe, and starts its worker. */
export function connect(defined: Defined, options: ConnectOptions): BillingRuntime {
  checkOptions(defined.tenancy, options);
  const { logger = console, onReceived, webhookSecrets: secrets = [] } = options;
  const parts = connectParts(defined, options);
  const failed = (error: unknown) => logger.error('tenantry billing:', toCaller(error));
  const worker =
    options.worker === 'manual' ? undefined : startWorker(parts, options.pollMs ?? 5_000, failed);
  const webhook = createWebhook({
    accepts: {
      ...parts.database.origin,
      stripe: options.stripe,
      secrets,
      connectedAccount: options.connectedAccount,
      toleranceSeconds: options.toleranceSeconds ?? 300,
      maxBytes: options.maxBytes ?? 1024 * 1024,
    },
    store: createStore(parts.database),
    received(outcome) {
      if (outcome === 'duplicate' || outcome === 'ignored') return;
      worker?.wake();
      // the event is stored: a queue that is down delays it, and loses nothing
      Promise.resolve()
        .then(() => onReceived?.())
        .catch(failed);
    },
    failed,
  });
  return createRuntime({
    parts,
    worker,
    webhook: secrets.length > 0 ? webhook : undefined,
    returnOrigins: options.returnOrigins,
    countsSeats: defined.countsSeats,
  });
}
