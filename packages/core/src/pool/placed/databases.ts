import { TenantryError } from '../../errors/index.ts';
import type { RoutedOptions } from '../../placement/routed-options.ts';
import { type Connecting, readConnecting } from '../connection-options.ts';
import type { Executor } from '../executor.ts';
import type { OpenServer } from '../opener.ts';
import type { ResolvedOptions } from '../options.ts';
import { afterEnd, type Server } from '../server.ts';
import { BoundedServer } from './bounded-server.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { EpochFence } from './epoch-fence.ts';
import type { ReadEpoch } from './read-routes.ts';

/** Whom a login serves. */
export type Login = 'app' | 'system';

/** A database of tenants, for one login. */
export interface Database {
  readonly login: Login;
  readonly name: string;
  readonly server: BoundedServer;
  /** That of the epoch which was read last. */
  executor: Executor;
  readonly executorOf: (fence: EpochFence) => Executor;
}

/** What {@link Databases} needs of the pool. */
export interface DatabaseSettings {
  readonly placements: RoutedOptions;
  readonly options: ResolvedOptions;
  /** The role of each login. */
  readonly roles: Readonly<Record<Login, string>>;
  readonly open: OpenServer;
  /** All servers of the pool; kept up to date. */
  readonly servers: Set<Server>;
  readonly readEpoch: (server: Server, role: string) => Promise<ReadEpoch>;
  /** Reads the routes again. */
  readonly refresh: () => Promise<void>;
  /** Whether the pool takes no more work. */
  readonly ending: () => boolean;
}

/** The databases of tenants that are open, with a bound on their connections together. */
export class Databases {
  readonly #settings: DatabaseSettings;
  readonly #budget: ConnectionBudget;
  readonly #open = new Map<string, Database>();
  readonly #opening = new Map<string, Promise<Database>>();

  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    this.#budget = new ConnectionBudget(settings.placements.maxConnections);
  }

  get executors(): Executor[] {
    return [...this.#open.values()].map(({ executor }) => executor);
  }

  /** A database that is open, for a statement that is sent at once. */
  use(name: string, login: Login): Database | undefined {
    const database = this.#open.get(keyOf(name, login));
    if (database !== undefined) this.#budget.used(database.server);
    return database;
  }

  of(executor: Executor): Database | undefined {
    return [...this.#open.values()].find(({ server }) => server === executor.server);
  }

  /** Opens a database; calls at the same time open it once. */
  open(name: string, login: Login): Promise<Database> {
    const key = keyOf(name, login);
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#connect(name, login).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return opening;
  }

  /** Reads the routes after a statement was refused there. */
  async learn(database: Database): Promise<void> {
    const { readEpoch, refresh, roles } = this.#settings;
    const { server, login } = database;
    // the epoch first, or an old route could pass under a new epoch
    const epoch = await readEpoch(server, roles[login]);
    await refresh();
    database.executor = database.executorOf(new EpochFence(epoch));
  }

  async #connect(name: string, login: Login): Promise<Database> {
    const { roles, open, servers, readEpoch } = this.#settings;
    const connecting = await this.#connecting(name, login);
    const opened = open(connecting, [login], {
      serverOf: (...parts) => new BoundedServer(this.#budget, ...parts),
    });
    const server = opened.server as BoundedServer;
    const executorOf = (fence: EpochFence) => opened.executor(roles[login], fence);
    const executor = executorOf(new EpochFence());
    const database: Database = { name, login, server, executor, executorOf };
    servers.add(server);
    this.#budget.add(server);
    try {
      const { here } = await readEpoch(server, roles[login]);
      if (here !== name) throw wrongDatabase(name, here);
      await this.learn(database);
      if (this.#settings.ending()) throw afterEnd(); // the pool has not seen this server
      this.#open.set(keyOf(name, login), database);
      this.#budget.closable(server, () => this.#close(database));
      return database;
    } catch (error) {
      this.#close(database);
      throw error;
    }
  }

  /** @throws TenantryError `PLACE_UNAVAILABLE` for whatever is wrong with the answer of `connect` */
  async #connecting(name: string, login: Login): Promise<Connecting> {
    const { placements, options } = this.#settings;
    try {
      const given = await placements.connect(name, login);
      const config = typeof given === 'string' ? { connectionString: given } : given;
      if (typeof config !== 'object' || config === null) throw new TypeError('no connection');
      const usual = usualOf(options.app.config);
      return readConnecting({ ...usual, max: placements.maxPerDatabase, ...config }, '');
    } catch (error) {
      // the message of a resolver may hold the connection string: it is in the cause alone
      const found = TenantryError.is(error) ? `: ${error.found}` : '.';
      throw new TenantryError('PLACE_UNAVAILABLE', {
        found: `the option connect gives no connection for the database ${name}, login ${login}${found}`,
        fix: 'Return its connection string, or options of pg.Pool.',
        cause: error,
      });
    }
  }

  #close({ name, login, server }: Database): void {
    this.#open.delete(keyOf(name, login));
    void server.end().finally(() => {
      this.#settings.servers.delete(server);
      this.#budget.remove(server);
    });
  }
}

const keyOf = (name: string, login: Login) => `${login} ${name}`;

/** What the login of the pool says about waiting and names holds for the others too. */
function usualOf({ connectionTimeoutMillis, idleTimeoutMillis, application_name }: PoolConfig) {
  return {
    ...(connectionTimeoutMillis !== undefined && { connectionTimeoutMillis }),
    ...(idleTimeoutMillis !== undefined && { idleTimeoutMillis }),
    ...(application_name !== undefined && { application_name }),
  };
}

type PoolConfig = ResolvedOptions['app']['config'];

function wrongDatabase(name: string, here: string | null): TenantryError {
  const leadsTo = here === null ? 'a database that is no place of tenants' : `the database ${here}`;
  return new TenantryError('PLACE_UNAVAILABLE', {
    found: `the connection for the database ${name} leads to ${leadsTo}.`,
    fix: 'Correct the option connect of definePlacements. A new database gets its name by `npx tenantry places add`.',
  });
}
