import { TenantryError } from '../../errors/index.ts';
import type { Scope } from '../../scope/scope.ts';
import { textInSchema } from '../../sql/text-in-schema.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import type { Step } from '../../wire/flight.ts';
import { MessageWriter, type WireValue } from '../../wire/message-writer.ts';
import type { Server } from '../server.ts';
import { statementError } from '../server-error.ts';

/** What a database says about itself. */
export interface ReadEpoch {
  readonly epoch: string;
  /** The oid of the sequence that counts it. */
  readonly sequence: string;
  /** The place that it is; null for the database of the shared tables. */
  readonly here: string | null;
}

/** What the catalogue says. */
export interface ReadRoutes extends ReadEpoch {
  /** The place of each tenant that does not live in the shared tables. */
  readonly places: ReadonlyMap<string, string>;
  /** Tenants whose route may change at any moment. */
  readonly moving: ReadonlySet<string>;
  /** Tenants that nobody may work for. */
  readonly suspended: ReadonlySet<string>;
  /** The schema of each place that is one, and not a database. */
  readonly schemas: ReadonlyMap<string, string>;
}

/** Where a tenant lives. */
export interface ReadPlace {
  readonly place: string;
  /** The schema that the place is; null for a database. */
  readonly schema: string | null;
}

/** Reads routes on connections of a tenancy. */
export interface RouteReader {
  /** The epoch of a database, and which place it is; as a role of that login. */
  epoch(server: Server, role: string): Promise<ReadEpoch>;
  /** The epoch, and the routes as they were then or later; as a role of that login. */
  routes(server: Server, role: string): Promise<ReadRoutes>;
  /** The place of a tenant that is moving, before the move has begun or after it has ended. */
  place(server: Server, tenant: string): Promise<ReadPlace | undefined>;
}

/** Each statement sees what was committed before it, whatever the database has as its default. */
const begin = 'begin isolation level read committed';

/** @param scope that of these queries; no caller's scope ends them */
export function routeReader(
  tenancy: Tenancy,
  contextSecret: string | undefined,
  scope: Scope,
): RouteReader {
  const [epochText, routesText, placeText] = [
    'select tenantry.epoch()',
    'select tenantry.routes($1)',
    'select tenantry.place_of($1, $2)',
  ].map((text) => textInSchema(tenancy.schema, text)) as [string, string, string];
  const { app: role } = tenancy.roles;
  const secret = contextSecret ?? null;
  return {
    epoch: async (server, of) =>
      readEpoch(...(await ask(server, scope, of, [{ text: epochText, values: [] }]))),
    routes: async (server, of) => {
      // the epoch first: routes that are newer than it are only compared once too often
      const [epoch, routes] = await ask(server, scope, of, [
        { text: epochText, values: [] },
        { text: routesText, values: [secret] },
      ]);
      return { ...readEpoch(epoch), ...readRoutes(routes) };
    },
    place: async (server, tenant) => {
      const [place] = await ask(server, scope, role, [
        { text: placeText, values: [tenant, secret] },
      ]);
      return (parse(place) as ReadPlace | null) ?? undefined;
    },
  };
}

type Answer = string | null | undefined;

/** Runs queries of ours in one transaction, in one round trip; each answers one text. */
function ask(
  server: Server,
  scope: Scope,
  role: string,
  queries: readonly { readonly text: string; readonly values: WireValue[] }[],
): Promise<Answer[]> {
  const all = [
    { text: begin, values: [] },
    { text: `select pg_catalog.set_config('role', $1, true)`, values: [role] },
    ...queries,
    { text: 'commit', values: [] },
  ];
  return server.checkout(scope, async (session) => {
    try {
      const writer = new MessageWriter(1024);
      const answers: Answer[] = [];
      const steps = all.map(({ text, values }, i): Step => {
        writer.parse('', text).bind('', values).execute();
        return {
          onRow: ([answer]) => {
            answers[i - 2] = answer;
          },
          onComplete() {},
        };
      });
      const { error } = await session.fly(writer.sync().bytes(), steps);
      if (error === undefined) return answers;
      if (session.status !== 'I') session.lost ??= error; // the transaction that it has left open
      throw explained(error);
    } finally {
      server.release(session);
    }
  });
}

function explained(error: Error): Error {
  const { code } = error as { code?: string };
  if (code !== '42883' && code !== '3F000') return statementError(error);
  return new TenantryError('DATABASE_NOT_PREPARED', {
    found: error.message,
    fix: 'List the placements in `features` of tenantry.config.ts, then run `npx tenantry generate` and your migrations, in every database.',
    cause: error,
  });
}

function readEpoch(text?: Answer): ReadEpoch {
  const { epoch, sequence, here } = (parse(text) ?? {}) as Partial<ReadEpoch>;
  if (typeof epoch !== 'string' || typeof sequence !== 'string') throw unreadable();
  return { epoch, sequence, here: here ?? null };
}

function readRoutes(text?: Answer): Omit<ReadRoutes, keyof ReadEpoch> {
  type Row = [tenant: string, place: string | null, moving: boolean, suspended: boolean];
  const { routes: rows, schemas } = (parse(text) ?? {}) as {
    readonly routes?: Row[];
    readonly schemas?: Record<string, string>;
  };
  if (!Array.isArray(rows) || typeof schemas !== 'object') throw unreadable();
  return {
    places: new Map(rows.flatMap(([tenant, place]) => (place === null ? [] : [[tenant, place]]))),
    moving: new Set(rows.flatMap(([tenant, , moving]) => (moving ? [tenant] : []))),
    suspended: new Set(rows.flatMap(([tenant, , , suspended]) => (suspended ? [tenant] : []))),
    schemas: new Map(Object.entries(schemas)),
  };
}

function parse(text: Answer): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    throw unreadable();
  }
}

const unreadable = () =>
  new TenantryError('POOL_UNAVAILABLE', {
    found: 'the answer about the places of tenants is not one of PostgreSQL',
    fix: 'Let the connection string lead to PostgreSQL, or to a pooler in front of it.',
  });
