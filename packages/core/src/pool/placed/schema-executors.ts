import type { Fence } from '../../placement/fence.ts';
import type { Executor } from '../executor.ts';
import type { OpenedServer } from '../opener.ts';
import type { Login } from './databases.ts';
import { PathFence } from './path-fence.ts';

/** A process may see more schemas than it serves at a time. */
const mostKept = 10_000;

/** What runs statements in schemas of tenants, on the connections to the shared tables. */
export class SchemaExecutors {
  readonly #servers: Readonly<Record<Login, OpenedServer>>;
  readonly #roles: Readonly<Record<Login, string>>;
  readonly #fence: Fence;
  readonly #executors = new Map<string, Executor>();

  constructor(
    servers: Readonly<Record<Login, OpenedServer>>,
    roles: Readonly<Record<Login, string>>,
    fence: Fence,
  ) {
    this.#servers = servers;
    this.#roles = roles;
    this.#fence = fence;
  }

  /** Whether it is one of these. */
  has(executor: Executor): boolean {
    return [...this.#executors.values()].includes(executor);
  }

  /** The one for a login and a search path. */
  of(login: Login, searchPath: string): Executor {
    const key = `${login} ${searchPath}`;
    let executor = this.#executors.get(key);
    if (executor === undefined) {
      if (this.#executors.size >= mostKept) this.#executors.clear();
      executor = this.#servers[login].executor(
        this.#roles[login],
        new PathFence(searchPath, this.#fence),
        planKeyOf(this.#roles[login], searchPath),
      );
      this.#executors.set(key, executor);
    }
    return executor;
  }
}

/** The role and the path: under one name the server would plan again at each change of schema. */
export const planKeyOf = (role: string, searchPath: string): string => `${role}\0${searchPath}`;
