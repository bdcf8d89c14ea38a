import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { Tenancy } from '../tenancy.ts';
import type { Step } from './flight.ts';
import { MessageWriter, type WireValue } from './message-writer.ts';
import type { Session } from './session.ts';

/** A statement of the context: always the same text, with the values of one scope. */
interface ContextStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly WireValue[];
  /** Bind and Execute: of the prepared statement, and of the unnamed one. */
  readonly named: Buffer;
  readonly unnamed: Buffer;
  readonly read: (row: readonly (string | null)[]) => void;
}

const bound = (name: string, values: readonly WireValue[]) =>
  new MessageWriter(160).bind(name, values).execute().bytes();

const statement = (
  name: string,
  text: string,
  values: readonly WireValue[],
  read: ContextStatement['read'],
): ContextStatement => ({
  name,
  text,
  values,
  named: bound(name, values),
  unnamed: bound('', values),
  read,
});

/**
 * Writes the context of a scope in front of a statement: role, tenant and actor, local to the
 * transaction. Every flush sets all of them, so a value that somebody left on the connection is
 * never used; the echo is compared, so a proxy that mixes sessions is noticed.
 */
export class ContextWriter {
  readonly #tenancy: Tenancy;
  readonly #secret: string | undefined;
  readonly #settings: string;

  constructor(tenancy: Tenancy, contextSecret: string | undefined) {
    this.#tenancy = tenancy;
    this.#secret = tenancy.context === 'signed' ? contextSecret : undefined;
    // Nothing of this needs a right: the login of the pool runs it before it is the app role.
    this.#settings =
      `select set_config('role', $1, true), set_config('${tenancy.setting}', $2, true), ` +
      `set_config('app.actor', $3, true)`;
  }

  role(scope: Scope): string {
    return scope.kind === 'system' ? this.#tenancy.roles.system : this.#tenancy.roles.app;
  }

  /** Puts the context of `scope` into a flush; gives the steps that read its answers. */
  write(writer: MessageWriter, session: Session, scope: Scope, named: boolean): Step[] {
    const statements = this.#statements(scope);
    const steps: Step[] = [];
    for (const each of statements) {
      const { name, read } = each;
      if (!named) writer.parse('', each.text).raw(each.unnamed);
      else {
        if (!session.prepared.has(name)) writer.parse(name, each.text);
        writer.raw(each.named);
      }
      steps.push({
        onParsed: () => {
          if (named) session.prepared.add(name);
        },
        onRow: read,
        onComplete: () => {},
      });
    }
    return steps;
  }

  #statements(scope: Scope): readonly ContextStatement[] {
    if (scope.pending !== undefined) return [this.#set(scope), this.#enter(scope)];
    // written once a scope, not once a statement
    scope.wireContext ??= this.#signs(scope)
      ? [this.#set(scope), this.#sign(scope)]
      : [this.#set(scope)];
    return scope.wireContext as readonly ContextStatement[];
  }

  #signs(scope: Scope): boolean {
    return this.#secret !== undefined && scope.kind === 'tenant';
  }

  #set(scope: Scope): ContextStatement {
    const role = this.role(scope);
    const tenant = this.#signs(scope) ? '' : (scope.tenant ?? '');
    const readOnly = scope.kind === 'system' && !scope.write;
    return statement(
      readOnly ? 'tenantry_context_read_only' : 'tenantry_context',
      readOnly
        ? `${this.#settings}, set_config('transaction_read_only', 'on', true)`
        : this.#settings,
      [role, tenant, scope.actorSetting],
      (row) => compare(row[0] === role && row[1] === tenant),
    );
  }

  #sign(scope: Scope): ContextStatement {
    return statement(
      'tenantry_sign',
      'select tenantry.sign_context($1, $2)',
      [scope.tenant, this.#secret ?? null],
      (row) => compare(row[0] === scope.tenant),
    );
  }

  #enter(scope: Scope): ContextStatement {
    const { by, claim, user } = scope.pending as NonNullable<Scope['pending']>;
    const signed = this.#secret !== undefined;
    const setTenant = signed
      ? 'tenantry.sign_context(e.tenant_id, $4)'
      : `set_config('${this.#tenancy.setting}', e.tenant_id, true)`;
    return statement(
      'tenantry_enter',
      `select ${setTenant}, e.facts::text from tenantry.enter($1, $2, $3) e`,
      signed ? [by, claim, user, this.#secret ?? null] : [by, claim, user],
      ([tenant, facts]) => {
        compare(typeof tenant === 'string');
        scope.settle(tenant as string, typeof facts === 'string' ? JSON.parse(facts) : null);
      },
    );
  }
}

function compare(same: boolean): void {
  if (!same) throw new TenantryError('CONTEXT_ECHO_MISMATCH');
}
