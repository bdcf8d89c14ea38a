import type { ContextWriter } from '../../dialect/dialect.ts';
import { TenantryError } from '../../errors/index.ts';
import type { Place } from '../../placement/placement.ts';
import type { Scope } from '../../scope/scope.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import type { PooledSession } from '../pooled-session.ts';
import { learnUnknown } from './judge.ts';
import { policiesOf } from './policies.ts';
import type { TenantColumns } from './tenant-columns.ts';
import { TenantRows } from './tenant-rows.ts';
import type { Trace } from './trace.ts';
import type { RowWatch, Watched, Witness } from './witness.ts';

/** Refuses results with rows of another tenant. */
export class Enforcer implements Witness {
  readonly #tables: TenantColumns;
  readonly #tenancy: Tenancy;

  constructor(tables: TenantColumns, tenancy: Tenancy) {
    this.#tables = tables;
    this.#tenancy = tenancy;
  }

  placeOf(_: Scope, place: Place): Place {
    return place;
  }

  contextOf(_: Scope, usual: ContextWriter): ContextWriter {
    return usual;
  }

  watch(scope: Scope, _: string, asked?: Trace): RowWatch | undefined {
    if (scope.kind === 'system') return undefined;
    return new TenantRows(this.#tables, asked !== undefined, scope, false);
  }

  judge(
    session: PooledSession,
    _: Scope,
    watched: readonly Watched[],
    done: (error?: Error) => void,
  ): void {
    const judged = () => {
      const found = watched.find(({ watch }) => watch instanceof TenantRows && watch.foreign > 0);
      if (found === undefined) done();
      else void this.#refuse(session, found.watch as TenantRows).then(done);
    };
    learnUnknown(session, this.#tables, watched, judged, done);
  }

  /** Gives the connection up, after it has said what is wrong with the policies. */
  async #refuse(session: PooledSession, rows: TenantRows): Promise<Error> {
    const field = rows.found ?? { name: '', dataTypeID: 0 };
    const path = this.#tables.pathOf(field);
    const { app } = this.#tenancy.roles;
    const wrong = await policiesOf(session, field, app).catch(
      () => 'its policies could not be read',
    );
    const error = new TenantryError('TENANT_ROW_FOREIGN', {
      found: `a row of another ${this.#tenancy.tenant} in ${path}: ${wrong}`,
    });
    session.lost ??= error;
    return error;
  }
}
