import '../../errors/codes/placement.ts';
import { TenantryError } from '../../errors/index.ts';
import { listDatabases } from '../../placement/databases-of.ts';
import type { RoutedOptions } from '../../placement/routed-options.ts';
import { openClaimed } from '../../scope/open.ts';
import { havePlaces, holdsWithRoutes } from '../../scope/placed-tenancies.ts';
import { Scope } from '../../scope/scope.ts';
import { store } from '../../scope/store.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import type { InBatch } from '../batch.ts';
import type { Executor } from '../executor.ts';
import type { FairServers } from '../fair/fair-servers.ts';
import type { TenantClient } from '../held-client.ts';
import type { ClientPlacement } from '../open-shared.ts';
import type { PooledParts } from '../pooled-parts.ts';
import type { PooledSession } from '../pooled-session.ts';
import type { ServerParts } from '../server.ts';
import { type Asked, loginOf, mayBeOld, severalPlaces, wrongShared } from './asked.ts';
import { besideCluster } from './beside-cluster.ts';
import { BoundedServer } from './bounded-server.ts';
import { Claims } from './claims.ts';
import { Databases, type Login } from './databases.ts';
import { EpochFence } from './epoch-fence.ts';
import { MovingClient } from './moving-client.ts';
import { PathServer } from './path-server.ts';
import { type RouteReader, routeReader } from './read-routes.ts';
import { Routes } from './routes.ts';
import { workOf } from './routing-work.ts';
import { SchemaExecutors } from './schema-executors.ts';
import { tenantOfWork } from './tenant-of-work.ts';

/** How often a statement follows its tenant before the caller gets the error. */
const mostMoves = 8;

/**
 * Sends the statements of each tenant to its place, and system work to the place that it names, or where the
 * tenant lives that it names. Tenants without a route live in the shared tables, where other system work is
 * done too.
 */
export class RoutedPlacement implements ClientPlacement {
  readonly #tenancy: Tenancy;
  readonly #reader: RouteReader;
  #shared!: Executor;
  #system!: Executor;
  readonly #routes: Routes;
  readonly #databases: Databases;
  #schemas!: SchemaExecutors;
  readonly #searchPath: RoutedOptions['searchPath'];
  readonly #claims = new Claims();

  constructor(
    { tenancy, options, open, servers, ending }: PooledParts,
    placements: RoutedOptions,
    fair?: FairServers,
  ) {
    this.#tenancy = tenancy;
    const { app, system } = options;
    const { roles, setting, schema } = tenancy;
    const openShared = fair?.opens(open) ?? open;
    const extras = { serverOf: (...parts: ServerParts) => new PathServer(...parts) };
    const ofApp = openShared(app, system === undefined ? ['app', 'system'] : ['app'], extras);
    const ofSystem = system === undefined ? ofApp : open(system, ['system'], extras);
    this.#searchPath = placements.searchPath;
    const behind = (fence: EpochFence) => {
      this.#shared = ofApp.executor(roles.app, fence);
      this.#system = ofSystem.executor(roles.system, fence);
      this.#schemas = new SchemaExecutors({ app: ofApp, system: ofSystem }, roles, fence);
    };
    behind(new EpochFence());
    servers.add(ofApp.server).add(ofSystem.server);
    havePlaces(setting);
    listDatabases(servers, async () => {
      await this.#routes.refresh('system');
      return this.#routes.databases;
    });
    // what is read for all tenants belongs to the scope of none
    const scope = new Scope({
      kind: 'system',
      setting,
      schema,
      tenant: null,
      actor: null,
      actorSetting: '',
      write: false,
      parent: undefined,
    });
    this.#reader = routeReader(tenancy, options.contextSecret, scope);
    this.#routes = new Routes(
      async (by) => {
        const { server } = by === 'app' ? ofApp : ofSystem;
        const read = await this.#reader.routes(server, roles[by]);
        if (read.here !== null) throw wrongShared(read.here);
        return read;
      },
      (epoch) => behind(new EpochFence(epoch)),
    );
    this.#databases = new Databases({
      placements,
      options,
      roles,
      open: tenancy.dialect === 'citus' ? besideCluster(open, tenancy) : open,
      servers,
      readEpoch: (server, role) => this.#reader.epoch(server, role),
      refresh: () => this.#routes.refresh(),
      ending,
    });
  }

  get executors(): readonly Executor[] {
    return [this.#shared, this.#system, ...this.#databases.executors];
  }

  at<T>(scope: Scope, use: (executor: Executor) => Promise<T>): Promise<T> {
    const executor = this.#known(scope);
    if (executor === undefined) return this.#follow(scope, use);
    return use(executor).catch((error) => {
      if (!mayBeOld(scope, error)) throw error;
      return this.#again(scope, executor, error, use);
    });
  }

  // async: what it refuses is the batch
  async together<T>(
    own: Scope,
    entries: readonly InBatch[],
    use: (executor: Executor, scope: Scope) => Promise<T>,
  ): Promise<T> {
    const scopes = entries.map(({ scope }) => (scope.kind === 'system' ? scope : own));
    const tenants = new Set(scopes.map((each) => tenantOfWork(each, this.#tenancy)));
    const [first = own] = scopes;
    if (tenants.size === 1) return this.at(first, (executor) => use(executor, first));
    const elsewhere = () => [...tenants].flatMap((each) => this.#routes.placeOf(each) ?? [])[0];
    // asked in each turn, where the routes are those of the statements
    return this.at(own, (executor) => {
      if (elsewhere() === undefined) return use(executor, own);
      return workOf(own, this.#routes.refresh('system'), async () => {
        const place = elsewhere();
        if (place !== undefined) throw severalPlaces(this.#tenancy, place);
        return use(executor, own);
      });
    });
  }

  client(executor: Executor, session: PooledSession, scope: Scope): TenantClient {
    if (scope.kind === 'system' && scope.place === undefined)
      holdsWithRoutes(scope, (tenant) => this.#routes.databaseOf(tenant));
    return new MovingClient(executor, session, scope, (of, refused, use) =>
      this.#again(of, refused, new TenantryError('TENANT_MOVED'), use),
    );
  }

  async #again<T>(
    scope: Scope,
    refused: Executor,
    error: unknown,
    use: (executor: Executor) => Promise<T>,
  ): Promise<T> {
    await workOf(scope, this.#learn(scope, refused, error), nothing);
    return this.#follow(scope, use);
  }

  async #follow<T>(scope: Scope, use: (executor: Executor) => Promise<T>): Promise<T> {
    let last: unknown;
    for (let moves = 0; moves < mostMoves; moves++) {
      let executor = this.#shared;
      // closed to make room, since it was found
      let closed = false;
      try {
        const answer = await workOf<Executor, T | undefined>(scope, this.#find(scope), (found) => {
          executor = found;
          closed = found.server instanceof BoundedServer && found.server.ending;
          return closed ? nothing() : use(found);
        });
        if (!closed) return answer as T;
      } catch (error) {
        if (!mayBeOld(scope, error)) throw error;
        last = error;
        await workOf(scope, this.#learn(scope, executor, error), nothing);
      }
    }
    throw last ?? new TenantryError('TENANT_MOVED');
  }

  /** What runs the statements of a scope, where nothing has to be read for it. */
  #known(scope: Scope): Executor | undefined {
    if (!this.#routes.known) return undefined;
    const login = loginOf(scope);
    if (typeof scope.place === 'string') return this.#opened(scope.place, login);
    const tenant = this.#tenantOf(scope);
    if (tenant === undefined || this.#routes.moving(tenant)) return undefined;
    if (login === 'app' && this.#routes.suspended(tenant)) return undefined;
    const place = this.#routes.placeOf(tenant);
    if (place !== undefined && this.#asksFirst(scope)) return undefined;
    return place === undefined ? this.#sharedFor(login) : this.#opened(place, login);
  }

  /** Whether a claim has to be asked for, because a database beside a cluster does not know it. */
  #asksFirst({ pending }: Scope): boolean {
    return this.#tenancy.dialect === 'citus' && pending !== undefined && pending.by !== 'id';
  }

  #sharedFor(login: Login): Executor {
    return login === 'system' ? this.#system : this.#shared;
  }

  #opened(place: string, login: Login, schema?: string | null): Executor | undefined {
    const own = schema ?? this.#routes.schemaOf(place);
    return own === undefined
      ? this.#databases.use(place, login)?.executor
      : this.#schemas.of(login, this.#searchPath(own));
  }

  /**
   * A route counts only when it was read after the epoch of its database: otherwise the tenant may have left
   * in between, and the fence would let the statement pass. So it is read again after a database was opened.
   */
  async #find(scope: Scope): Promise<Executor> {
    await this.#routes.ready(loginOf(scope));
    for (let opened = 0; opened < mostMoves; opened++) {
      const known = this.#known(scope);
      if (known !== undefined) return known;
      const { place, login, schema, asked } = await this.#placeOf(scope);
      if (scope.kind === 'tenant') await this.#refuseSuspended(scope);
      const executor =
        place === undefined ? this.#sharedFor(login) : this.#opened(place, login, schema);
      if (executor === undefined) await this.#databases.open(place as string, login);
      // an epoch that was read after the question may be newer than the answer
      else if (asked(executor)) return executor;
    }
    throw new TenantryError('TENANT_MOVED');
  }

  /**
   * Where a scope belongs, when not all that is needed for it is known.
   * @returns `asked`: whether something ran statements when the place was asked for
   */
  async #placeOf(scope: Scope): Promise<Asked> {
    const login = loginOf(scope);
    if (typeof scope.place === 'string') {
      await this.#routes.refresh(login); // it may be a schema that was added meanwhile
      return { place: scope.place, login, asked: this.#now() };
    }
    const asksFirst = this.#asksFirst(scope);
    const known = asksFirst ? undefined : this.#tenantOf(scope);
    const tenant = known ?? (await this.#claimed(scope));
    if (asksFirst) scope.claimById(tenant);
    // nothing tells a process that a move has ended, so it looks
    if (this.#routes.moving(tenant)) await this.#routes.refresh(login);
    const asked = this.#now();
    if (this.#routes.moving(tenant))
      return { ...(await this.#reader.place(this.#shared.server, tenant)), login, asked };
    const place = this.#routes.placeOf(tenant);
    return { ...(place !== undefined && { place }), login, asked };
  }

  /** Tells, later, whether something ran statements now; schemas share the fence of their database. */
  #now(): (executor: Executor) => boolean {
    const executors = new Set(this.executors);
    const schemas = this.#schemas;
    return (executor) =>
      executors.has(executor) || (schemas === this.#schemas && schemas.has(executor));
  }

  /**
   * Nothing tells a process that a tenant was restored, or that its claim went to another one, so it looks.
   * Who is no member learns nothing of it.
   * @throws TenantryError `TENANT_SUSPENDED`
   */
  async #refuseSuspended(scope: Scope): Promise<void> {
    if (!this.#routes.suspended(this.#tenantOf(scope) ?? '')) return;
    await this.#routes.refresh();
    const { pending, tenant: verified } = scope;
    const byClaim = verified === null && pending !== undefined && pending.by !== 'id';
    const tenant = byClaim ? await this.#claimed(scope) : (this.#tenantOf(scope) ?? '');
    if (!this.#routes.suspended(tenant)) return;
    if (verified === null && pending !== undefined) {
      const place = this.#routes.placeOf(tenant);
      const executor =
        place === undefined
          ? this.#shared
          : (this.#opened(place, 'app') ?? (await this.#databases.open(place, 'app')).executor);
      const entering = store.exit(() => openClaimed(this.#tenancy, pending, {}));
      await executor.run(entering, [], () => {});
    }
    throw new TenantryError('TENANT_SUSPENDED');
  }

  /**
   * Reads again what is known, because a statement may have been refused for it.
   * @throws the error, when what is known is true
   */
  async #learn(scope: Scope, refused: Executor, error: unknown): Promise<void> {
    if (!TenantryError.is(error, 'TENANT_MOVED')) {
      const { located } = scope;
      if ((await this.#claimed(scope)) === located) throw error;
      return;
    }
    const database = this.#databases.of(refused);
    await (database === undefined ? this.#routes.refresh() : this.#databases.learn(database));
  }

  /** The tenant of a scope or of its claim; '' where all tenants have the same place, and for system work. */
  #tenantOf(scope: Scope): string | undefined {
    const { tenant, pending } = scope;
    if (scope.kind === 'system') return tenantOfWork(scope, this.#tenancy);
    if (tenant !== null) return tenant;
    if (pending === undefined || this.#routes.empty) return '';
    if (pending.by === 'id') return pending.claim;
    scope.located ??= this.#claims.tenantOf(pending);
    return scope.located;
  }

  /** Whose claim it is. The shared tables know all claims; membership is checked at the place. */
  async #claimed(scope: Scope): Promise<string> {
    const { pending } = scope;
    if (pending === undefined) return '';
    const asking = store.exit(() => openClaimed(this.#tenancy, { ...pending, user: null }, {}));
    await this.#shared.run(asking, [], () => {});
    const tenant = asking.tenant ?? '';
    this.#claims.learn(pending, tenant);
    scope.located = tenant;
    return tenant;
  }
}

const nothing = async () => undefined;
