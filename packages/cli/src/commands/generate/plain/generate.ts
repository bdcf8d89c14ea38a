import type { Print } from '@tenantry/rls/feature';
import type { Generated } from '@tenantry/rls/generate';
import type { Project } from '../../../config/load-config.ts';
import { explanation, report, tell } from '../say.ts';
import { openFolder, writeFiles } from './folder.ts';
import { provedPlain, runsPlain } from './prove.ts';
import { writePlain } from './write.ts';

/** The options of `tenantry generate` that say something without drizzle-kit. */
export interface PlainOptions {
  readonly check: boolean;
  readonly 'no-prove': boolean;
  readonly explain: boolean;
  readonly 'dry-run': boolean;
}

/** `tenantry generate` for a project without a Drizzle schema. @returns the exit code */
export async function generatePlain(
  project: Project,
  generated: Generated,
  options: PlainOptions,
  print: Print,
): Promise<number> {
  const folder = openFolder(project);
  const written = writePlain(generated, folder.files);
  const added = written.files.slice(written.known);
  if (options['dry-run']) for (const { text } of folder.place(added)) print.line(text);
  if (options.explain) print.line(explanation(added));
  if (options.check) {
    const behind = report(written, print);
    return behind === 0 && !options['no-prove']
      ? provedPlain(project, generated, written.files, print)
      : behind;
  }
  if (options['dry-run'] || options.explain) return 0;
  if (!(await runsPlain(project, written.files, written.known, print))) return 1;
  tell(writeFiles(folder.place(added)), written, print);
  return 0;
}
