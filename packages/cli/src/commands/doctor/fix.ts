import { relative } from 'node:path';
import { type Finding, fixesOf } from '@tenantry/rls/doctor';
import type pg from 'pg';
import type { Project } from '../../config/load-config.ts';
import { checkFolder } from '../generate/check-folder.ts';
import { checkPrefix } from '../generate/check-prefix.ts';
import { versionOf, writeMigration } from '../generate/drizzle-kit.ts';
import { openFolder, writeFiles } from '../generate/plain/folder.ts';
import { openWorkspace } from '../generate/workspace.ts';

const breakpoint = '\n--> statement-breakpoint\n';

/** The SQL of findings, grouped by the required rights. */
export function splitFixes(findings: readonly Finding[]): {
  readonly migration: readonly Finding[];
  readonly bySuperuser: readonly string[];
} {
  const complete = fixesOf(findings);
  return {
    migration: complete.flatMap(({ finding }) => (finding.needsSuperuser ? [] : [finding])),
    bySuperuser: complete.flatMap(({ finding, statements }) =>
      finding.needsSuperuser ? statements : [],
    ),
  };
}

/** The text of a migration with the fixes of the findings, each once. */
export function renderFixes(findings: readonly Finding[]): string {
  const pieces = fixesOf(findings).flatMap(({ finding: { rule, object }, statements }) =>
    statements.map((sql, i) =>
      i === 0 ? `-- ${rule}: ${object.replaceAll('\n', ' ')}\n${sql}` : sql,
    ),
  );
  const header =
    "-- Written by `tenantry doctor --fix`. Read it before you run it.\n\nset local lock_timeout = '5s';";
  return `${[header, ...pieces].join(breakpoint)}\n`;
}

/** Writes the migration. @returns its path for display, or undefined when there is nothing to write */
export async function writeFixes(
  project: Project,
  findings: readonly Finding[],
): Promise<string | undefined> {
  if (findings.length === 0) return undefined;
  if (project.plain !== undefined) {
    const text = renderFixes(findings);
    const [written] = writeFiles(openFolder(project).place([{ name: 'tenantry_doctor', text }]));
    return written === undefined ? undefined : relative(process.cwd(), written);
  }
  checkPrefix(project, versionOf(project));
  checkFolder(project.migrations);
  const workspace = openWorkspace(project);
  try {
    await writeMigration(project, workspace, 'tenantry_doctor', renderFixes(findings));
    const [file] = workspace.publish();
    return file === undefined ? undefined : relative(process.cwd(), file);
  } finally {
    workspace.remove();
  }
}

/** The result of {@link applyFixes}. */
export interface Applied {
  /** The findings whose SQL ran, as `rule object`. */
  readonly done: readonly string[];
  /** The findings whose SQL failed or that this login may not run, with the reason. */
  readonly failed: readonly { readonly title: string; readonly why: string }[];
}

/**
 * Runs the SQL of the findings in one transaction. A failing fix is rolled back and reported, and does
 * not stop the others; it waits at most 5 seconds for a locked table.
 *
 * @param isSuperuser whether to also run SQL that needs a superuser
 */
export async function applyFixes(
  client: pg.Client,
  findings: readonly Finding[],
  isSuperuser: boolean,
): Promise<Applied> {
  const done: string[] = [];
  const failed: { title: string; why: string }[] = [];
  await client.query("begin; set local lock_timeout = '5s'; set local check_function_bodies = off");
  try {
    for (const { finding, statements } of fixesOf(findings)) {
      const title = `${finding.rule} ${finding.object}`;
      if (finding.needsSuperuser && !isSuperuser) {
        failed.push({ title, why: 'it needs a superuser' });
        continue;
      }
      await client.query('savepoint tenantry_fix');
      try {
        for (const sql of statements) await client.query(sql);
        await client.query('release savepoint tenantry_fix');
        done.push(title);
      } catch (error) {
        await client.query('rollback to savepoint tenantry_fix');
        failed.push({ title, why: error instanceof Error ? error.message : String(error) });
      }
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
  return { done, failed };
}
