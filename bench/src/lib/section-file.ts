import { readFileSync, writeFileSync } from 'node:fs';

/** The part of a file between `<!-- bench:<name> -->` and `<!-- /bench:<name> -->`. */
interface FileSection {
  readonly before: string;
  readonly body: string;
  readonly after: string;
}

/** Finds the section of a bench. @throws Error when the file has none. */
export function readSection(path: string, bench: string): FileSection {
  const text = readFileSync(path, 'utf8');
  const [open, close] = [`<!-- bench:${bench} -->`, `<!-- /bench:${bench} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) {
    throw new Error(`${path} has no section ${open} … ${close} to write into.`);
  }
  const start = from + open.length;
  return { before: text.slice(0, start), body: text.slice(start, to), after: text.slice(to) };
}

/** Replaces the section of a bench, and nothing else of the file. */
export function writeSection(path: string, bench: string, body: string): void {
  const { before, after } = readSection(path, bench);
  writeFileSync(path, `${before}\n\n${body}\n\n${after}`);
}
