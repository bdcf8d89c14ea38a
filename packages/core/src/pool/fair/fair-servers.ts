import type { OpenServer } from '../opener.ts';
import { FairServer, type TenantUse } from './fair-server.ts';
import { type FairOptions, readFair } from './options.ts';

/** The servers of the pools of one placement whose tenants share them fairly. */
export class FairServers {
  readonly #servers = new Set<FairServer>();
  readonly #options: ReturnType<typeof readFair>;

  /** @throws TenantryError `CONFIG_INVALID` */
  constructor(options: FairOptions) {
    this.#options = readFair(options);
  }

  /** Opens servers for tenants in this way; those of system work alone stay as they are. */
  opens(open: OpenServer): OpenServer {
    return (login, serves, extras = {}) => {
      if (!serves.includes('app')) return open(login, serves, extras);
      const opened = open(login, serves, {
        ...extras,
        serverOf: (...parts) => new FairServer(this.#options, ...parts),
      });
      this.#servers.add(opened.server as FairServer);
      return opened;
    };
  }

  /** What each tenant uses, of all pools together. */
  use(): Map<string, TenantUse> {
    const all = new Map<string, TenantUse>();
    for (const server of this.#servers) {
      for (const [tenant, use] of server.use()) {
        const known = all.get(tenant);
        all.set(tenant, known === undefined ? use : added(known, use));
      }
    }
    return all;
  }
}

const added = (one: TenantUse, other: TenantUse): TenantUse => ({
  ms: one.ms + other.ms,
  turns: one.turns + other.turns,
  running: one.running + other.running,
  waiting: one.waiting + other.waiting,
});
