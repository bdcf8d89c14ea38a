import type { Tenancy } from '@tenantry/core';
import type pg from 'pg';
import { assertFit, tablesOf } from '../add-schema.ts';
import { searchPathOf, shared } from '../names.ts';
import { readObjects, type TableObjects } from '../objects.ts';
import type { Asking } from '../table-object.ts';
import { fingerprintOf } from './fingerprint.ts';

/** The shared tables, as they are after their migration. */
export interface SharedTables {
  readonly tables: readonly string[];
  readonly fingerprint: string;
}

/** What the schemas of a run of `tenantry migrate` have in common. */
export class SchemaRun {
  readonly tenancy: Tenancy;
  readonly #behind: readonly string[];
  #wanted: Promise<SharedTables> | undefined;
  #objects: Promise<TableObjects> | undefined;

  /** @param behind the schemas that names are looked up in after that of the tenant */
  constructor(tenancy: Tenancy, behind: readonly string[]) {
    this.tenancy = tenancy;
    this.#behind = behind;
  }

  /** The search path of statements in a schema, as SQL. */
  pathOf = (schema: string): string => searchPathOf(this.tenancy, this.#behind)(schema);

  /**
   * The shared tables, which are read once.
   * @throws TenantryError `PLACE_UNFIT` for one that no schema can have
   */
  wanted(client: pg.Client): Promise<SharedTables> {
    this.#wanted ??= this.#read(client).catch((error) => {
      this.#wanted = undefined;
      throw error;
    });
    return this.#wanted;
  }

  async #read(client: pg.Client): Promise<SharedTables> {
    const tables = await tablesOf(client, this.tenancy);
    await assertFit(client, this.tenancy, tables);
    return { tables, fingerprint: await fingerprintOf(client, shared, tables) };
  }

  /** The definitions of the shared tables, which are read once, when somebody asks. */
  async objects(client: pg.Client): Promise<TableObjects> {
    const { tables } = await this.wanted(client);
    const ask: Asking = (text, values) => client.query(text, values);
    this.#objects ??= readObjects(ask, shared, shared, tables).catch((error) => {
      this.#objects = undefined;
      throw error;
    });
    return this.#objects;
  }
}
