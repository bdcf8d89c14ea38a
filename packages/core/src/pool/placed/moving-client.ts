import { TenantryError } from '../../errors/index.ts';
import type { Scope } from '../../scope/scope.ts';
import type { Executor } from '../executor.ts';
import type { FlushPlan } from '../flush.ts';
import { TenantClient } from '../held-client.ts';
import type { PooledSession } from '../pooled-session.ts';
import type { Outcome } from '../wire-statement.ts';
import { holds } from './holding.ts';

/** How often a transaction follows its tenant before the caller gets the error. */
const mostMoves = 8;

/** Calls `use` with what runs the statements of a scope, after an executor has refused one. */
export type FollowTenant = (
  scope: Scope,
  refused: Executor,
  use: (executor: Executor) => Promise<void>,
) => Promise<void>;

/** A held client that goes to where its tenant has moved, as long as nothing of a transaction has run. */
export class MovingClient extends TenantClient {
  readonly #followTenant: FollowTenant;
  /** Whether its scope is counted as one that holds a client. */
  #counted = false;

  constructor(executor: Executor, session: PooledSession, scope: Scope, follow: FollowTenant) {
    super(executor, session, scope);
    this.#followTenant = follow;
    this.#count(true);
  }

  #count(holding: boolean): void {
    if (holding !== this.#counted) holds(this.scope, holding ? 1 : -1);
    this.#counted = holding;
  }

  protected override async send(plan: FlushPlan): Promise<Outcome[]> {
    const begins = this.session.status === 'I';
    for (let moves = 0; ; moves++) {
      try {
        return await super.send(plan);
      } catch (error) {
        const moved = begins && moves < mostMoves && TenantryError.is(error, 'TENANT_MOVED');
        // the connection is given back first, because looking for the tenant may need one
        if (!moved || !this.depart()) throw error;
        this.#count(false);
        await this.#followTenant(this.scope, this.executor, (to) =>
          to.server.checkout(this.scope, async (session) => {
            this.arrive(to, session);
            this.#count(true);
          }),
        );
      }
    }
  }

  protected override leave(): void {
    this.#count(false);
    super.leave();
  }
}
