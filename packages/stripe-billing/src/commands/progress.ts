/** A line on a terminal that is written over; nothing where it is no terminal. */
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
