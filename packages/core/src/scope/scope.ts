import { TenantryError } from '../errors/index.ts';
import type { Actor } from './actor.ts';

/** Database work that a scope owns while it runs: a statement, a client, a transaction. */
export interface Work {
  /** Describes the work, for the error about unfinished work; never contains a parameter value. */
  describe(): string;
  /** Rolls the work back and rejects it with `error`; settles when the server has finished. */
  abandon(error: TenantryError): Promise<void>;
  /**
   * Settles when the work has ended, for work that ends without anybody's help, such as a stream whose
   * loop was left; undefined for other work.
   */
  closing?(): Promise<unknown> | undefined;
}

/** A claim that the database resolves to a tenant id with the scope's first statement. */
export interface PendingEntry {
  readonly by: string;
  readonly claim: string;
  readonly user: string | null;
}

/** Which statements a scope may send: data statements, or any. */
export type AllowedStatements = 'data' | 'any';

/** The parameters of a scope. */
export interface ScopeInit {
  readonly kind: 'tenant' | 'system';
  /** The setting of the tenancy, which distinguishes two tenancies of one process. */
  readonly setting: string;
  /** The schema of the tenancy. */
  readonly schema: string;
  readonly tenant: string | null;
  readonly pending?: PendingEntry;
  readonly actor: Actor | null;
  /** The text of the actor setting: JSON, or '' when nobody is known. */
  readonly actorSetting: string;
  readonly write: boolean;
  /** Whether it may send more than data statements. Default: 'data'. */
  readonly statements?: AllowedStatements;
  readonly place?: string | object | undefined;
  readonly parent: Scope | undefined;
}

/**
 * One open scope: its tenant, its actor and its running database work.
 *
 * The pool asks it before every statement and registers every statement and client with it, so no work
 * outlives its scope.
 */
export class Scope {
  readonly kind: 'tenant' | 'system';
  readonly setting: string;
  readonly schema: string;
  readonly actor: Actor | null;
  readonly actorSetting: string;
  readonly write: boolean;
  readonly statements: AllowedStatements;
  /** Where system work is done: a place, or the place of a tenant; undefined for the shared tables. */
  readonly place: string | object | undefined;
  readonly parent: Scope | undefined;
  /** The outermost scope of the same tenant; nested scopes share its identity. */
  readonly root: Scope;
  /** The facts that the entry function of the database returned for this member, such as permissions. */
  facts: unknown = null;
  /** The tenant of a pending claim, as far as its place is concerned; the database verifies it there. */
  located: string | undefined;
  #tenant: string | null;
  #pending: PendingEntry | undefined;
  /** The work that was unfinished when it ended. */
  left: readonly Work[] | undefined;
  #ended = false;
  /** Why it ended early; after an ordinary end the error is created when it is needed. */
  #reason: TenantryError | undefined;
  readonly #work = new Set<Work>();
  /** The nested scopes; most scopes have none. */
  #inner: Set<Scope> | undefined;

  constructor(init: ScopeInit) {
    this.kind = init.kind;
    this.setting = init.setting;
    this.schema = init.schema;
    this.actor = init.actor;
    this.actorSetting = init.actorSetting;
    this.write = init.write;
    this.statements = init.statements ?? 'data';
    this.place = init.place;
    this.parent = init.parent;
    this.#tenant = init.tenant;
    this.#pending = init.pending;
    const sameTenant =
      init.parent?.kind === init.kind &&
      init.pending === undefined &&
      init.parent.place === init.place &&
      init.parent.tenant === init.tenant;
    this.root = sameTenant && init.parent !== undefined ? init.parent.root : this;
  }

  /** Claims by the id that the claim has led to, where the place of the tenant knows no other name. */
  claimById(tenant: string): void {
    this.#pending &&= { ...this.#pending, by: 'id', claim: tenant };
  }

  /** The tenant's id; null in a system scope, and before the first statement of a lazy entry. */
  get tenant(): string | null {
    return this.#tenant;
  }

  get pending(): PendingEntry | undefined {
    return this.#pending;
  }

  /** The database has verified the claim: the scope now has its tenant. */
  settle(tenant: string, facts: unknown): void {
    this.#tenant = tenant;
    this.#pending = undefined;
    this.facts = facts;
  }

  /** Throws when this scope or an enclosing one has ended. */
  assertOpen(): void {
    if (this.#ended) throw this.#reason ?? new TenantryError('TENANT_SCOPE_ENDED');
    this.parent?.assertOpen();
  }

  add(work: Work): void {
    this.#work.add(work);
  }

  delete(work: Work): void {
    this.#work.delete(work);
  }

  /** A nested scope begins; its work counts as work of this scope too. */
  begin(inner: Scope): void {
    this.#inner ??= new Set();
    this.#inner.add(inner);
  }

  /** A nested scope has ended. */
  finish(inner: Scope): void {
    this.#inner?.delete(inner);
  }

  /**
   * The enclosing scope of a scope that is opened here: this one, or its own enclosing scope when this
   * one has ended normally (a stream that is sent later may open its own scope). Work that a timeout or a
   * signal ended must not continue in a new scope.
   */
  enclosing(): Scope | undefined {
    if (this.#ended && this.#reason === undefined) return this.parent?.enclosing();
    this.assertOpen();
    return this;
  }

  /** Whether database work is running, here or in a nested scope. */
  get busy(): boolean {
    if (this.#work.size > 0) return true;
    for (const inner of this.#inner ?? []) if (inner.busy) return true;
    return false;
  }

  /** Ends the scope: later use is refused, with `reason` when it is given. The first end counts. */
  close(reason?: TenantryError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    // it may be gone a moment later: refused, because its scope has ended
    if (this.busy) this.left = this.#underWay();
  }

  /** Waits for work that was already closing at the end; returns whether there was no other. */
  async closed(): Promise<boolean> {
    const closing = this.left?.map((work) => work.closing?.());
    if (closing?.includes(undefined)) return false;
    await Promise.all(closing ?? []);
    return !this.busy;
  }

  /** Rolls back the work that is still running. */
  async abandonWork(error: TenantryError): Promise<void> {
    await Promise.all(this.#underWay().map((work) => work.abandon(error)));
  }

  #underWay(): Work[] {
    return [...this.#work, ...[...(this.#inner ?? [])].flatMap((inner) => inner.#underWay())];
  }
}
