import { TenantryError } from '../errors/index.ts';
import type { Actor } from '../scope/actor.ts';
import type { PendingEntry, Scope } from '../scope/scope.ts';
import type { Tenancy } from '../tenancy.ts';
import type { Step } from './flight.ts';
import type { MessageWriter, WireValue } from './message-writer.ts';
import { type Prepared, parsed, writeParse } from './prepared.ts';
import type { Session } from './session.ts';
import { statementName } from './statement-cache.ts';

/** A statement of the context: its text is always the same, its values are those of a scope. */
interface ContextStatement {
  /** A hash of the text: behind a pooler, other applications prepare on the same connection. */
  readonly name: string;
  readonly text: string;
}

const statement = (text: string): ContextStatement => ({ name: statementName('', text), text });

type Row = readonly (string | null)[];

/**
 * Writes the context of a scope in front of a statement: role, tenant and actor, local to the
 * transaction. Every flush sets all of them, so a value that somebody left on the connection is
 * never used; the echo is compared, so a proxy that mixes sessions is noticed.
 */
export class ContextWriter {
  readonly #roles: { readonly app: string; readonly system: string };
  readonly #secret: string | undefined;
  readonly #set: ContextStatement;
  readonly #setReadOnly: ContextStatement;
  readonly #setForEntry: ContextStatement;
  readonly #enter: ContextStatement;
  readonly #enterMember: ContextStatement;

  constructor(tenancy: Tenancy, contextSecret: string | undefined) {
    this.#roles = tenancy.roles;
    this.#secret = tenancy.context === 'signed' ? contextSecret : undefined;
    // Nothing of this needs a right: the login of the pool runs it before it is the app role.
    const roleAndTenant = `select pg_catalog.set_config('role', $1, true), pg_catalog.set_config('${tenancy.setting}', $2, true)`;
    const text = `${roleAndTenant}, pg_catalog.set_config('app.actor', $3, true)`;
    this.#set = statement(text);
    this.#setForEntry = statement(roleAndTenant);
    this.#setReadOnly = statement(
      `${text}, pg_catalog.set_config('transaction_read_only', 'on', true)`,
    );
    this.#enter = statement(
      this.#secret === undefined
        ? 'select tenantry.enter($1, $2, $3, $4)'
        : `select e.entry, tenantry.sign_context(e.entry::json ->> 'tenant', $5) ` +
            'from (select tenantry.enter($1, $2, $3, $4) as entry offset 0) e',
    );
    this.#enterMember = statement('select tenantry.enter_member($1, $2, $3)');
  }

  /** The role that a scope's statements run as. */
  role(scope: Scope): string {
    return scope.kind === 'system' ? this.#roles.system : this.#roles.app;
  }

  /**
   * Puts the context of `scope` into a flush, and the steps that read its answers into `steps`.
   * @param alone whether no statement follows: only an entry is sent so
   */
  write(
    writer: MessageWriter,
    steps: Step[],
    session: Session,
    scope: Scope,
    named: boolean,
    alone: boolean,
  ): void {
    const put = (
      text: ContextStatement,
      values: WireValue[],
      read: (row: Row) => void,
      prepared = named,
    ) => steps.push(new ContextStep(writer, session, text, values, read, prepared));
    // a prepared statement is known to the session by name: nothing secret is bound to one
    const open = named && this.#secret === undefined;
    const role = this.role(scope);
    const signs = this.#secret !== undefined && scope.kind === 'tenant';
    // the tenant that an id claims is set before its check: nothing runs between the two
    const claimed = signs ? undefined : claimedId(scope.pending);
    const tenant = signs ? '' : (scope.tenant ?? claimed?.tenant ?? '');
    const echo = (row: Row) => compare(row[0] === role && row[1] === tenant);
    if (claimed !== undefined && alone && scope.actor?.onBehalfOf === undefined) {
      // the entry is told who the member is, and nobody else is there to ask for the actor
      put(this.#setForEntry, [role, tenant], echo);
    } else {
      const set = scope.kind === 'system' && !scope.write ? this.#setReadOnly : this.#set;
      put(set, [role, tenant, scope.actorSetting], echo);
    }
    if (claimed !== undefined) {
      const { tenant, user } = claimed;
      const settle = ([facts]: Row) => scope.settle(tenant, JSON.parse(facts ?? 'null'));
      put(this.#enterMember, [tenant, user, scope.actor?.onBehalfOf ?? null], settle);
    } else if (scope.pending !== undefined)
      put(this.#enter, this.#entry(scope.pending, scope.actor), (row) => settle(scope, row), open);
    else if (signs) {
      put(
        sign,
        [scope.tenant, this.#secret ?? null],
        (row) => compare(row[0] === scope.tenant),
        open,
      );
    }
  }

  #entry({ by, claim, user }: PendingEntry, actor: Actor | null): WireValue[] {
    const values = [by, claim, user, actor?.onBehalfOf ?? null];
    return this.#secret === undefined ? values : [...values, this.#secret];
  }
}

/** A claim that is an id, of a user: what most requests bring. */
function claimedId(pending: PendingEntry | undefined) {
  if (pending?.by !== 'id' || pending.user === null) return undefined;
  return { tenant: pending.claim, user: pending.user };
}

const sign = statement('select tenantry.sign_context($1, $2)');

class ContextStep implements Step {
  readonly #session: Session;
  readonly prepared: Prepared | undefined;
  readonly onRow: (row: Row) => void;

  constructor(
    writer: MessageWriter,
    session: Session,
    { name, text }: ContextStatement,
    values: WireValue[],
    read: (row: Row) => void,
    named: boolean,
  ) {
    this.#session = session;
    this.prepared = named ? session.ofContext(name) : undefined;
    this.onRow = read;
    if (this.prepared === undefined) writer.parse('', text);
    else writeParse(writer, session.statements, this.prepared, text, session.flown);
    writer.bind(this.prepared?.name ?? '', values).execute();
  }

  onParsed(): void {
    if (this.prepared !== undefined) parsed(this.prepared);
  }

  forget(flush: number): boolean {
    if (this.prepared === undefined || this.prepared.parsedIn === flush) return false;
    this.#session.forgetOfContext(this.prepared.name);
    return true;
  }

  onComplete(): void {}
}

function settle(scope: Scope, [entry]: Row): void {
  const { tenant, facts } = JSON.parse(entry ?? '{}');
  compare(typeof tenant === 'string');
  scope.settle(tenant, facts);
}

function compare(same: boolean): void {
  if (!same) throw new TenantryError('CONTEXT_ECHO_MISMATCH');
}
