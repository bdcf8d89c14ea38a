import { relative } from 'node:path';
import type { Print } from '@tenantry/rls/feature';
import { explain, type MigrationFile } from '@tenantry/rls/generate';
import type { Written } from './write.ts';

/** Each statement by its first words, with its reason. */
export function explanation(files: readonly MigrationFile[]): string {
  return files
    .flatMap(({ name, text }) => [
      `${name}`,
      ...text.split('--> statement-breakpoint').flatMap((statement) => {
        const words = statement
          .replace(/^\s*--.*$/gm, '')
          .trim()
          .replace(/\s+/g, ' ');
        return words === '' ? [] : [`  ${words.slice(0, 100)}`, `    ${explain(statement)}`];
      }),
    ])
    .join('\n');
}

export function tell(files: readonly string[], { notes }: Written, print: Print): void {
  if (files.length === 0) print.line('tenantry: nothing to do');
  for (const file of files) print.line(`tenantry: wrote ${relative(process.cwd(), file)}`);
  for (const note of notes) print.line(`  ${note}`);
}

/** @returns the exit code */
export function report({ parts, notes }: Written, print: Print): number {
  if (parts.length === 0) {
    print.line('tenantry: the migrations are up to date');
    return 0;
  }
  print.note(`tenantry: the migrations are behind in\n  ${parts.join('\n  ')}`);
  for (const note of notes) print.note(`  ${note}`);
  print.note('Run `npx tenantry generate` and commit the migrations.');
  return 1;
}
