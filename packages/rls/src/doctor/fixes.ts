import { migratingLogin } from './rules/rule.ts';
import type { Finding } from './types.ts';

/**
 * The SQL of findings, each statement once, in an order in which it can run. Foreign objects are removed
 * first, because they may occupy a name that is needed. Statements that need a decision of a person, such
 * as `<migrating login>`, are left out.
 */
export function fixesOf(findings: readonly Finding[]): readonly {
  readonly finding: Finding;
  readonly statements: readonly string[];
}[] {
  const first = (finding: Finding) => (finding.rule === 'generated-by-nobody' ? 0 : 1);
  const seen = new Set<string>();
  return [...findings]
    .sort((a, b) => first(a) - first(b))
    .filter(({ fixSql }) => !fixSql.some((sql) => sql.includes(migratingLogin)))
    .flatMap((finding) => {
      const statements = finding.fixSql.filter((sql) => !seen.has(sql));
      for (const sql of statements) seen.add(sql);
      return statements.length === 0 ? [] : [{ finding, statements }];
    });
}
