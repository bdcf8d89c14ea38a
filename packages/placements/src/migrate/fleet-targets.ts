import type { Tenancy } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import type pg from 'pg';
import { applyToSchema, lookAtSchema, type SchemaPlace } from '../schemas/fleet/apply-schema.ts';
import { SharedConnections } from '../schemas/fleet/connections.ts';
import { planFor } from '../schemas/fleet/plan.ts';
import { SchemaRun } from '../schemas/fleet/schema-run.ts';
import { barredSchema, shared as behind, schemaTablesSql } from '../schemas/names.ts';
import { type Applied, type ApplyOptions, apply, look } from './apply.ts';
import type { RememberedPlace } from './catalogue.ts';
import type { Compared } from './compare.ts';
import type { MigrationFolder } from './folder.ts';
import { placeTarget, sharedName, sharedTarget, type Target } from './target.ts';
import { refuseUnfinished, type UnfinishedMove } from './unfinished-moves.ts';

/** A database or a schema that migrations run in. */
export interface FleetTarget {
  /** The name of the place, or that of the shared database. */
  readonly name: string;
  /** What is to do; it changes nothing. */
  look(): Promise<Compared>;
  apply(): Promise<Applied>;
}

/** What targets need. */
export interface FleetTargetOptions extends Pick<ApplyOptions, 'folder' | 'ledger'> {
  readonly tenancy: Tenancy;
  readonly url: string;
  readonly connect: RoutedOptions['connect'];
  readonly searchPath?: readonly string[];
}

/** The databases and schemas of a run. */
export class FleetTargets {
  readonly #options: FleetTargetOptions & Partial<ApplyOptions>;
  readonly #run: SchemaRun;
  readonly #connections: SharedConnections;
  #spared: readonly UnfinishedMove[] = [];

  constructor(options: FleetTargetOptions & Partial<ApplyOptions>) {
    this.#options = options;
    this.#run = new SchemaRun(options.tenancy, options.searchPath ?? [behind]);
    this.#connections = new SharedConnections(`the ${sharedName}`, options.url);
  }

  /** Where rows of these moves are left nothing runs. */
  spare(moves: readonly UnfinishedMove[]): void {
    this.#spared = moves;
  }

  /** @param tables those that schemas of tenants have: what cannot be brought there runs nowhere */
  shared(tables: readonly string[]): FleetTarget {
    const { tenancy, url } = this.#options;
    const before: ApplyOptions['before'] = (pending) => {
      refuseUnfinished(this.#spared, null);
      if (tables.length === 0) return;
      const names = new Set([...tables, ...tablesToCome(pending, tenancy)]);
      for (const migration of pending) planFor(migration, names);
    };
    return this.#database(sharedTarget(tenancy, url), before);
  }

  of(place: RememberedPlace): FleetTarget {
    const { tenancy, connect } = this.#options;
    if (place.schema !== null) return this.#schema({ ...place, schema: place.schema });
    return this.#database(placeTarget(tenancy, place, connect), () =>
      refuseUnfinished(this.#spared, place.name),
    );
  }

  #database(target: Target, before: Required<ApplyOptions>['before']): FleetTarget {
    return {
      name: target.name,
      look: () => target.use((client) => look(client, this.#options)),
      apply: () => target.use((client) => apply(client, { ...this.#whole(), before })),
    };
  }

  #schema(place: SchemaPlace): FleetTarget {
    return {
      name: place.name,
      look: () =>
        this.#connections.use((client) => lookAtSchema(client, this.#run, place, this.#options)),
      apply: () =>
        this.#connections.use((client) => {
          const before = () => refuseUnfinished(this.#spared, place.name);
          return applyToSchema(client, this.#run, place, { ...this.#whole(), before });
        }),
    };
  }

  #whole(): ApplyOptions {
    const { acceptDrift = false, tries = 1 } = this.#options;
    return { ...this.#options, acceptDrift, tries };
  }

  /** Closes the connections that schemas have used. */
  end(): Promise<void> {
    return this.#connections.end();
  }
}

/** The tables that schemas of tenants have, before a migration that may change that. */
export async function schemaTables(client: pg.ClientBase, tenancy: Tenancy): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(schemaTablesSql, [barredSchema(tenancy)]);
  return rows.map(({ name }) => name);
}

/** The tables that pending migrations let schemas of tenants have: `generate` bars their names. */
function tablesToCome(pending: MigrationFolder['migrations'], tenancy: Tenancy): string[] {
  const barred = new RegExp(`create type "?${barredSchema(tenancy)}"?\\."?([^"\\s]+)"? as`, 'gi');
  return pending.flatMap(({ statements }) =>
    statements.flatMap(({ text }) => [...text.matchAll(barred)].map(([, name = '']) => name)),
  );
}
