import { relative } from 'node:path';
import type { Finding } from '@tenantry/rls/doctor';
import type { Project } from '../../config/load-config.ts';
import { writeMigration } from '../generate/drizzle-kit.ts';
import { openWorkspace } from '../generate/workspace.ts';

const breakpoint = '\n--> statement-breakpoint\n';

/** The SQL of findings, split by who may run it; pieces that need a decision are left out. */
export function fixesOf(findings: readonly Finding[]): {
  readonly migration: readonly Finding[];
  readonly bySuperuser: readonly string[];
} {
  // <migrating login> and the like are for people
  const complete = findings.filter(
    ({ fixSql }) => fixSql.length > 0 && !fixSql.some((sql) => /<[a-z ]+>/.test(sql)),
  );
  return {
    migration: complete.filter(({ needsSuperuser }) => !needsSuperuser),
    bySuperuser: [
      ...new Set(complete.filter((f) => f.needsSuperuser).flatMap(({ fixSql }) => fixSql)),
    ],
  };
}

/** The text of a migration that carries out what the findings advise, each once. */
export function renderFixes(findings: readonly Finding[]): string {
  const seen = new Set<string>();
  const pieces = findings.flatMap(({ rule, object, fixSql }) => {
    const fresh = fixSql.filter((sql) => !seen.has(sql));
    for (const sql of fresh) seen.add(sql);
    return fresh.map((sql, i) =>
      i === 0 ? `-- ${rule}: ${object.replaceAll('\n', ' ')}\n${sql}` : sql,
    );
  });
  const header =
    "-- Written by `tenantry doctor --fix`. Read it before you run it.\n\nset local lock_timeout = '5s';";
  return `${[header, ...pieces].join(breakpoint)}\n`;
}

/** Writes the migration. @returns its path as it is shown, or undefined when there is nothing to write */
export async function writeFixes(
  project: Project,
  findings: readonly Finding[],
): Promise<string | undefined> {
  if (findings.length === 0) return undefined;
  const workspace = openWorkspace(project);
  try {
    await writeMigration(project, workspace, 'tenantry_doctor', renderFixes(findings));
    const [file] = workspace.publish();
    return file === undefined ? undefined : relative(process.cwd(), file);
  } finally {
    workspace.remove();
  }
}
