import { type GenerateInput, generate } from '../generate.ts';
import { dropStatement } from './drop-statement.ts';
import { standingAfter } from './standing-after.ts';
import type { GeneratedObject } from './types.ts';

/**
 * Every object that the SQL of `generate` makes: functions, triggers, policies, rights, comments, foreign
 * keys, indexes, tables of schema `tenantry`. A revoked right is included too, as a grant without
 * privileges.
 *
 * Objects that a plpgsql block builds at run time, and those of drizzle-kit, are not included.
 *
 * @param partitioned the quoted paths of the tables that are partitioned in the database: `"public"."events"`.
 *   Default: none.
 * @throws TenantryError as `generate`
 * @example
 * ```ts
 * const policies = generatedObjects({ tenancy, schema }).filter(({ kind }) => kind === 'policy');
 * ```
 */
export function generatedObjects(
  input: GenerateInput,
  partitioned?: ReadonlySet<string>,
): GeneratedObject[] {
  const { foundation, sections } = generate(input);
  return objectsOf([foundation, ...sections], partitioned);
}

/** The objects that these sections make. */
export function objectsOf(
  sections: Parameters<typeof standingAfter>[0],
  partitioned?: ReadonlySet<string>,
): GeneratedObject[] {
  return [...standingAfter(sections, partitioned).objects].map(({ sources, ...object }) => ({
    ...object,
    section: sources.at(-1)?.section ?? '',
    statement: sources.at(-1)?.statement ?? '',
    drop: dropStatement(object),
  }));
}
