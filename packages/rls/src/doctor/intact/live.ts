import type { DoctorConnection } from '../catalogue/read.ts';
import {
  commentsSql,
  functionsSql,
  grantsSql,
  hangingSql,
  namesSql,
  relationsSql,
} from './describe-sql.ts';

/** An object that depends on a table: a policy, a trigger, a constraint, an index, a default. */
export interface Hanging {
  readonly table: number;
  readonly kind: 'policy' | 'trigger' | 'foreign key' | 'constraint' | 'index' | 'default';
  readonly name: string;
  /** When a trigger fires (`O`, `D`, `A`, `R`); whether a constraint or an index is valid. */
  readonly mode: string | null;
  readonly definition: string;
}

export interface LiveFunction {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  readonly definer: boolean;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface LiveRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view' | 'sequence';
  readonly owner: string;
  readonly enable: boolean;
  readonly force: boolean;
  readonly columns: Readonly<Record<string, string>> | null;
}

interface LiveGrant {
  readonly of: 'table' | 'function' | 'schema';
  readonly schema: string;
  readonly relation: string;
  readonly name: string;
  readonly privileges: readonly string[];
}

/** The live objects in the schemas that `generate` writes into. */
export interface Live {
  readonly relations: ReadonlyMap<string, LiveRelation>;
  readonly functions: ReadonlyMap<string, LiveFunction>;
  /** By table, kind and name. */
  readonly hanging: ReadonlyMap<string, Hanging>;
  /** By kind, schema, relation: the rights of each role except the owner. */
  readonly grants: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  readonly comments: ReadonlyMap<string, string>;
  /** Schemas and types, with their owners. */
  readonly names: ReadonlyMap<string, string>;
}

export const pathOf = (schema: string, name: string): string => JSON.stringify([schema, name]);
export const hangingKey = (table: number, kind: string, name: string): string =>
  JSON.stringify([table, kind, name]);
export const grantKey = (of: string, schema: string, relation: string): string =>
  JSON.stringify([of, schema, relation]);
export const commentKey = (of: string, schema: string, relation: string, name: string): string =>
  JSON.stringify([of, schema, relation, name]);

/** Reads them with six set-based queries, in the caller's transaction. */
export async function readLive(
  connection: DoctorConnection,
  schemas: readonly string[],
): Promise<Live> {
  const ask = async <T>(text: string, values: unknown[] = [schemas]): Promise<T[]> =>
    (await connection.query(text, values)).rows as T[];
  const relations = await ask<LiveRelation>(relationsSql);
  const functions = await ask<LiveFunction>(functionsSql('n.nspname = any ($1)'));
  const tables = relations.filter(({ kind }) => kind !== 'sequence').map(({ oid }) => oid);
  const hanging = await ask<Hanging>(hangingSql, [tables]);
  const grants = new Map<string, Map<string, readonly string[]>>();
  for (const { of, schema, relation, name, privileges } of await ask<LiveGrant>(grantsSql)) {
    const key = grantKey(of, schema, relation);
    grants.set(key, (grants.get(key) ?? new Map()).set(name, privileges));
  }
  const comments =
    await ask<Record<'of' | 'schema' | 'relation' | 'name' | 'text', string>>(commentsSql);
  const names = await ask<Record<'kind' | 'schema' | 'name' | 'owner', string>>(namesSql);
  return {
    relations: new Map(relations.map((each) => [pathOf(each.schema, each.name), each])),
    functions: new Map(functions.map((each) => [pathOf(each.schema, each.name), each])),
    hanging: new Map(hanging.map((each) => [hangingKey(each.table, each.kind, each.name), each])),
    grants,
    comments: new Map(
      comments.map(({ of, schema, relation, name, text }) => [
        commentKey(of, schema, relation, name),
        text,
      ]),
    ),
    names: new Map(
      names.map(({ kind, schema, name, owner }) => [JSON.stringify([kind, schema, name]), owner]),
    ),
  };
}
