import { createHash } from 'node:crypto';
import { type Ddl, defaultSchema, textInSchema } from '@tenantry/core/sql';
import { splitStatements } from './statements.ts';

/** A part of the generated SQL that is written again only when it changes. */
export interface Section {
  /** `foundation`, `table:public.projects`, `references:public.tasks`, `rbac:members`, `entry`. */
  readonly id: string;
  readonly statements: readonly string[];
  /** The hash of the statements; the header of the migration with the section contains it. */
  readonly hash: string;
}

export function section(id: string, pieces: readonly Ddl[]): Section {
  const statements = pieces.flatMap(({ sql }) => splitStatements(sql));
  return made(id.replace(/\s/g, '_'), statements);
}

/** Rewrites a section from the schema `tenantry` to that of a tenancy. */
export const sectionIn = (schema: string, written: Section): Section =>
  schema === defaultSchema
    ? written
    : made(
        written.id,
        written.statements.map((statement) => textInSchema(schema, statement)),
      );

function made(id: string, statements: readonly string[]): Section {
  const hash = createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16);
  return { id, statements, hash };
}
