import type { Print } from '@tenantry/rls/feature';
import { styleOf } from '../terminal/style.ts';
import { visible } from '../terminal/visible.ts';
import type { ProgressLine } from './progress.ts';

/** Where a command prints. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Prints to the streams; the progress line goes away before. */
export function printTo({ stdout, stderr }: Streams, json: boolean, progress: ProgressLine): Print {
  const text = json ? stderr : stdout;
  const { green, red, bold } = styleOf(text);
  const write = (stream: NodeJS.WriteStream, line: string) => {
    progress.clear();
    stream.write(`${visible(line)}\n`);
  };
  const line = (each: string) => write(text, each);
  return {
    line,
    done: (each) => line(`${green('✓')} ${each}`),
    failed: (each) => line(`${red('✗')} ${each}`),
    table(rows) {
      const [head, ...others] = tableOf(rows);
      if (head !== undefined) line([bold(head), ...others].join('\n'));
    },
    note: (each) => write(stderr, each),
    result(value, inWords) {
      if (json) write(stdout, JSON.stringify(value, jsonOf, 2));
      else inWords();
    },
  };
}

/** JSON has no bigint: an id of that kind is its digits. */
const jsonOf = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

function tableOf(rows: readonly object[]): string[] {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (keys.length === 0) return [];
  const cells = [
    keys,
    ...rows.map((row) => keys.map((key) => cellOf((row as Record<string, unknown>)[key]))),
  ];
  const widths = keys.map((_, i) => Math.max(...cells.map((each) => each[i]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).replaceAll('\n', ' ');
}
