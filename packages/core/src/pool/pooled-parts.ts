import type { Tenancy } from '../tenancy/tenancy.ts';
import type { OpenServer } from './opener.ts';
import type { ResolvedOptions } from './options.ts';
import type { Server } from './server.ts';

/** What a placement needs of the pool that opens it. */
export interface PooledParts {
  readonly tenancy: Tenancy;
  readonly options: ResolvedOptions;
  readonly open: OpenServer;
  /** All servers of the pool; it is kept up to date. */
  readonly servers: Set<Server>;
  /** Whether the pool takes no more work. */
  readonly ending: () => boolean;
}
