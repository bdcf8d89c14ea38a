/**
 * Collects what the application logs while a step runs, one line an entry: the steps provoke errors
 * on purpose, and their stack traces would bury what the demo says.
 */
export function captureLog(): { end(): readonly string[] } {
  const lines: string[] = [];
  const { error, warn } = console;
  const collect = (...entries: unknown[]) => {
    lines.push(entries.map(oneLine).join(' '));
  };
  console.error = collect;
  console.warn = collect;
  return {
    end() {
      console.error = error;
      console.warn = warn;
      return lines;
    },
  };
}

function oneLine(entry: unknown): string {
  if (!(entry instanceof Error)) return String(entry);
  const innermost = entry.cause instanceof Error ? entry.cause : entry;
  return innermost.message.split('\n')[0] ?? '';
}
