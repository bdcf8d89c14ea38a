import { type GenerateInput, generate } from '../generate.ts';
import { dropStatement } from './drop-statement.ts';
import { standingAfter } from './standing-after.ts';
import type { GeneratedObject } from './types.ts';

/**
 * Every object that the SQL of `generate` makes: functions, triggers, policies, rights, comments,
 * foreign keys, indexes, tables of schema `tenantry`. A right that is taken away stands there too, as
 * a grant without privileges: the role has none.
 *
 * What a block of plpgsql puts together at run time is not among them, nor what drizzle-kit writes.
 *
 * @throws TenantryError as `generate`
 * @example
 * ```ts
 * const policies = generatedObjects({ tenancy, schema }).filter(({ kind }) => kind === 'policy');
 * ```
 */
export function generatedObjects(input: GenerateInput): GeneratedObject[] {
  const { foundation, sections } = generate(input);
  return [...standingAfter([foundation, ...sections]).objects].map(({ sources, ...object }) => ({
    ...object,
    section: sources.at(-1)?.section ?? '',
    statement: sources.at(-1)?.statement ?? '',
    drop: dropStatement(object),
  }));
}
