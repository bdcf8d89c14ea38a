import { createHash } from 'node:crypto';
import type { Ddl } from '@tenantry/core/sql';
import { splitStatements } from './statements.ts';

/** A piece of the generated SQL that is written again only when it changes. */
export interface Section {
  /** `foundation`, `table:public.projects`, `references:public.tasks`, `rbac:members`, `entry`. */
  readonly id: string;
  readonly statements: readonly string[];
  /** Over the statements; it stands in the header of the migration that carries the section. */
  readonly hash: string;
}

export function section(id: string, pieces: readonly Ddl[]): Section {
  const statements = pieces.flatMap(({ sql }) => splitStatements(sql));
  const hash = createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16);
  return { id: id.replace(/\s/g, '_'), statements, hash };
}
