import { TenantryError } from '../../errors/index.ts';
import type { Fence } from '../../placement/fence.ts';
import type { Place } from '../../placement/placement.ts';
import type { Actor } from '../../scope/actor.ts';
import type { PendingEntry, Scope } from '../../scope/scope.ts';
import { textInSchema } from '../../sql/text-in-schema.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import type { Step } from '../../wire/flight.ts';
import type { MessageWriter, WireValue } from '../../wire/message-writer.ts';
import { type OwnStatement, OwnStep, ownStatement, type Row } from '../../wire/own-step.ts';
import type { Session } from '../../wire/session.ts';
import type { ContextExtras, ContextWriter } from '../dialect.ts';

/** A statement of the context in each of its forms. */
class ContextForms {
  readonly #settings: string;
  readonly #values: number;
  readonly #end: string;
  readonly #forms: OwnStatement[] = [];

  /** @param values how many values the settings take */
  constructor(settings: string, values: number, end = '') {
    this.#settings = settings;
    this.#values = values;
    this.#end = end;
  }

  /** @param fence its text is that of all fences of its form */
  with({ locks, pooled }: ContextExtras, fence: Fence | undefined): OwnStatement {
    const form = (locks ? 1 : 0) + (pooled ? 2 : 0) + (fence?.form ?? 0);
    this.#forms[form] ??= ownStatement(
      this.#settings +
        (locks ? ', pg_catalog.pg_advisory_unlock_all()' : '') +
        (pooled ? `, pg_catalog.set_config('client_encoding', 'UTF8', true)` : '') +
        (fence?.sql(this.#values + 1) ?? '') +
        this.#end,
    );
    return this.#forms[form];
  }
}

const noExtras: ContextExtras = { locks: false, pooled: false };

/**
 * Writes the context by `set_config(…, true)`. Every flush sets all of them, so a value that was left on the connection is never used. The returned
 * values are compared, so a proxy that mixes up sessions is detected.
 */
export class PostgresContextWriter implements ContextWriter {
  readonly #secret: string | undefined;
  readonly #parseId: Tenancy['parseId'];
  readonly #set: ContextForms;
  readonly #setReadOnly: ContextForms;
  readonly #setForEntry: ContextForms;
  readonly #enter: OwnStatement;
  readonly #enterMember: OwnStatement;
  readonly #sign: OwnStatement;

  /** @param settings the calls that set tenant and actor, and the tenant alone, to $2 and $3 */
  constructor(
    tenancy: Tenancy,
    contextSecret?: string,
    [tenantAndActor, tenantAlone] = byConfig(tenancy),
  ) {
    this.#secret = tenancy.context === 'signed' ? contextSecret : undefined;
    this.#parseId = tenancy.parseId;
    const role = `select pg_catalog.set_config('role', $1, true), `;
    const text = role + tenantAndActor;
    this.#set = new ContextForms(text, 3);
    this.#setForEntry = new ContextForms(role + tenantAlone, 2);
    this.#setReadOnly = new ContextForms(
      text,
      3,
      `, pg_catalog.set_config('transaction_read_only', 'on', true)`,
    );
    const own = (text: string) => ownStatement(textInSchema(tenancy.schema, text));
    this.#enter = own(
      this.#secret === undefined
        ? 'select tenantry.enter($1, $2, $3, $4)'
        : 'select tenantry.enter($1, $2, $3, $4, $5)',
    );
    this.#enterMember = own('select tenantry.enter_member($1, $2, $3)');
    this.#sign = own('select tenantry.sign_context($1, $2)');
  }

  write(
    writer: MessageWriter,
    steps: Step[],
    session: Session,
    scope: Scope,
    { role, fence }: Place,
    named: boolean,
    alone: boolean,
    extras = noExtras,
  ): void {
    const put = (
      text: OwnStatement,
      values: WireValue[],
      read: (row: Row) => void,
      prepared = named,
    ) => steps.push(new OwnStep(writer, session, text, values, read, prepared));
    // prepared statements are visible to the session, so no secret is bound to one
    const open = named && this.#secret === undefined;
    const signs = this.#secret !== undefined && scope.kind === 'tenant';
    // the claimed tenant is set before it is checked; nothing runs in between
    const claimed = signs ? undefined : claimedId(scope.pending);
    const tenant = signs ? '' : (scope.tenant ?? claimed?.tenant ?? '');
    const fencing = fence?.values(scope) ?? [];
    const echo = (row: Row) => compare(row[0] === role && row[1] === tenant);
    if (claimed !== undefined && alone && scope.actor?.onBehalfOf === undefined) {
      // the entry gets the member as an argument, and nothing else reads the actor
      put(this.#setForEntry.with(extras, fence), [role, tenant, ...fencing], echo);
    } else {
      const set = scope.kind === 'system' && !scope.write ? this.#setReadOnly : this.#set;
      put(set.with(extras, fence), [role, tenant, scope.actorSetting, ...fencing], echo);
    }
    if (claimed !== undefined) {
      const { tenant, user } = claimed;
      const settle = ([facts]: Row) => scope.settle(tenant, JSON.parse(facts ?? 'null'));
      put(this.#enterMember, [tenant, user, scope.actor?.onBehalfOf ?? null], settle);
    } else if (scope.pending !== undefined)
      put(
        this.#enter,
        this.#entry(scope.pending, scope.actor),
        (row) => this.#settle(scope, row),
        open,
      );
    else if (signs) {
      put(
        this.#sign,
        [scope.tenant, this.#secret ?? null],
        (row) => compare(row[0] === scope.tenant),
        open,
      );
    }
  }

  #settle(scope: Scope, [entry]: Row): void {
    const { tenant, facts } = JSON.parse(entry ?? '{}');
    compare(typeof tenant === 'string');
    // what `run` and a job refuse is refused here too; without a space at its end it would be another id
    if (this.#parseId(tenant) !== tenant)
      throw new TenantryError('TENANT_ID_MALFORMED', {
        found: 'a text id with a space at its end.',
      });
    scope.settle(tenant, facts);
  }

  #entry({ by, claim, user }: PendingEntry, actor: Actor | null): WireValue[] {
    const values = [by, claim, user, actor?.onBehalfOf ?? null];
    return this.#secret === undefined ? values : [...values, this.#secret];
  }
}

/** The most frequent claim: an id, with a user. */
function claimedId(pending: PendingEntry | undefined) {
  if (pending?.by !== 'id' || pending.user === null) return undefined;
  return { tenant: pending.claim, user: pending.user };
}

/** None of this needs a privilege: the login of the pool runs it before it switches to the app role. */
function byConfig({ setting }: Tenancy): readonly [string, string] {
  const tenant = `pg_catalog.set_config('${setting}', $2, true)`;
  return [`${tenant}, pg_catalog.set_config('app.actor', $3, true)`, tenant];
}

function compare(same: boolean): void {
  if (!same) throw new TenantryError('CONTEXT_ECHO_MISMATCH');
}
