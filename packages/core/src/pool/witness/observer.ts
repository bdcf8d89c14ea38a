import type { ContextWriter, Dialect } from '../../dialect/dialect.ts';
import { TenantryError } from '../../errors/index.ts';
import { type Place, placeOf } from '../../placement/placement.ts';
import type { Scope } from '../../scope/scope.ts';
import type { Findings } from '../findings.ts';
import type { PooledSession } from '../pooled-session.ts';
import { checkDatabase, type StartCheck } from '../start-check.ts';
import { askOne } from './ask.ts';
import { learnUnknown } from './judge.ts';
import type { Observed } from './observed.ts';
import type { ResolvedWitness } from './options.ts';
import { isOutside } from './outside.ts';
import { Recording } from './recording.ts';
import type { TenantColumns } from './tenant-columns.ts';
import { OutsideRows, TenantRows } from './tenant-rows.ts';
import { type Trace, traceHere } from './trace.ts';
import type { RowWatch, Watched, Witness } from './witness.ts';

/** Where the logins of a pool count together. */
export interface Counting {
  recording?: Recording;
}

/** What the database lets a pool that observes do. */
interface Possible {
  /** Whether the role of tenants, and the one of the system, is taken on. */
  readonly app: boolean;
  readonly system: boolean;
  /** The context for when the usual one would need functions that are not there. */
  readonly plain: ContextWriter | undefined;
  readonly prepared: boolean;
}

/** `set role none`: as the login itself. */
const asLogin = placeOf('none');
const control = /^\s*(?:begin|start|commit|end|rollback|abort|savepoint|release)\b/i;

/** Counts the rows of other tenants and the statements outside scopes, and refuses nothing. */
export class Observer implements Witness {
  readonly #tables: TenantColumns;
  readonly #recording: Recording;
  readonly #possible: Possible;

  constructor(tables: TenantColumns, recording: Recording, possible: Possible) {
    this.#tables = tables;
    this.#recording = recording;
    this.#possible = possible;
  }

  placeOf(scope: Scope, place: Place): Place {
    const { app, system } = this.#possible;
    const takesRole = scope.kind === 'system' ? system : app && !isOutside(scope);
    return takesRole ? place : asLogin;
  }

  contextOf(scope: Scope, usual: ContextWriter): ContextWriter {
    const { prepared, plain } = this.#possible;
    return (!prepared || isOutside(scope) ? plain : undefined) ?? usual;
  }

  watch(scope: Scope, text: string, asked?: Trace): RowWatch | undefined {
    if (scope.kind === 'system' || control.test(text)) return undefined;
    const atOnce = asked !== undefined;
    const watch = isOutside(scope)
      ? new OutsideRows(this.#tables, atOnce)
      : new TenantRows(this.#tables, atOnce, scope, true);
    const wants = asked === undefined && this.#recording.wantsTrace(text);
    watch.sent = { text, trace: wants ? traceHere() : asked };
    return watch;
  }

  judge(
    session: PooledSession,
    scope: Scope,
    watched: readonly Watched[],
    done: (error?: Error, note?: () => void) => void,
  ): void {
    const count = () => done(undefined, this.#count(scope, watched, false));
    // what cannot be looked up is not counted, and the statement has its answer all the same
    learnUnknown(session, this.#tables, watched, count, () => done());
  }

  failed(scope: Scope, watched: readonly Watched[]): (() => void) | undefined {
    return this.#count(scope, watched, true);
  }

  #count(scope: Scope, watched: readonly Watched[], failed: boolean): (() => void) | undefined {
    if (scope.kind === 'system') this.#recording.system(watched.length);
    const notes = watched.flatMap(({ watch }) =>
      watch instanceof TenantRows || watch instanceof OutsideRows
        ? (this.#recording.add(watch, failed) ?? [])
        : [],
    );
    if (notes.length === 0) return undefined;
    return () => {
      for (const note of notes) note(traceHere());
    };
  }

  observed(): Observed {
    return this.#recording.observed();
  }
}

/** Opens the witness of a login in a pool that observes: says what is missing, and goes on without it. */
export async function observe(
  session: PooledSession,
  found: Findings,
  check: StartCheck,
  tables: TenantColumns,
  { role, onObserved }: ResolvedWitness,
  counting: Counting,
  dialect: Dialect,
): Promise<Observer> {
  const { tenancy, logger } = check;
  const missing: string[] = [];
  try {
    checkDatabase(found, { ...check, logger: { warn: (text) => missing.push(text) } });
  } catch (error) {
    if (!TenantryError.is(error)) throw error;
    missing.push(error.message);
  }
  const app = await takesAppRole(session, found, check, role, missing);
  const as = app ? `role ${tenancy.roles.app}` : `login ${found.login}`;
  const who = check.serves.includes('app')
    ? [`statements of a ${tenancy.tenant} run as ${as}.`]
    : [];
  if (missing.length > 0) who.push(`The start check says: ${missing.join(' ')}`);
  if (who.length > 0) logger.warn(`tenantry observes: ${who.join(' ')}`);
  counting.recording ??= new Recording({ logger, tenant: tenancy.tenant, onObserved });
  return new Observer(tables, counting.recording, {
    app,
    system: found.system_state === 'ok',
    prepared: found.prepared,
    plain:
      tenancy.context === 'signed'
        ? dialect.contextWriter({ ...tenancy, context: 'plain' }, undefined)
        : undefined,
  });
}

const unreadQuery = `
select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, c.relname)), '[]')::text
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', $2)
  and pg_catalog.has_schema_privilege(session_user, n.oid, 'usage')
  and pg_catalog.has_any_column_privilege(session_user, c.oid, 'select')
  and not (pg_catalog.has_schema_privilege($1::pg_catalog.name, n.oid, 'usage')
    and pg_catalog.has_any_column_privilege($1::pg_catalog.name, c.oid, 'select'))`;

/** Whether tenants' statements run as the app role: when nothing that works for the login would fail. */
async function takesAppRole(
  session: PooledSession,
  { app_state: state }: Findings,
  { tenancy, exempt, serves }: StartCheck,
  role: ResolvedWitness['role'],
  missing: string[],
): Promise<boolean> {
  if (!serves.includes('app') || (state !== 'ok' && state !== 'bypasses')) return false;
  if (role !== undefined) return role === 'app';
  const text = await askOne(session, unreadQuery, [tenancy.roles.app, tenancy.schema]);
  const unread = (JSON.parse(text ?? '[]') as [string, string][]).filter(
    ([schema, name]) => exempt.find(schema, name) === undefined,
  );
  if (unread.length === 0) return true;
  const names = unread.slice(0, 5).map((path) => path.join('.'));
  missing.push(
    `Role ${tenancy.roles.app} may not read ${unread.length} tables that the login reads: ${names.join(', ')}.`,
  );
  return false;
}
