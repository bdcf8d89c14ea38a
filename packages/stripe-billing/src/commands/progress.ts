/** A progress line that is overwritten on a terminal; nothing is written elsewhere. */
export function progressLine(stream: NodeJS.WriteStream) {
  const started = Date.now();
  return {
    show(what: string, done: number): void {
      if (!stream.isTTY) return;
      const perSecond = Math.round((done * 1000) / Math.max(1, Date.now() - started));
      stream.write(`\r\u001b[K${what}: ${done}  ${perSecond}/s`);
    },
    clear(): void {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
