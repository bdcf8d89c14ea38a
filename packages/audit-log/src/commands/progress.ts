/** A progress line, shown only on a terminal. */
export interface Progress {
  at(entries: number): void;
  end(): void;
}

const width = 30;
const pauseMs = 100;

/** @param total the expected number of entries; without it a count is shown instead of a bar */
export function progressOn(stream: NodeJS.WriteStream, total: number | undefined): Progress {
  if (!stream.isTTY) return { at() {}, end() {} };
  let shown = 0;
  const show = (entries: number) => {
    const share = total === undefined || total === 0 ? undefined : Math.min(1, entries / total);
    const done = share === undefined ? 0 : Math.round(share * width);
    const bar =
      share === undefined
        ? ''
        : `${'█'.repeat(done)}${'░'.repeat(width - done)} ${Math.round(share * 100)} % `;
    stream.write(`\r${bar}${entries.toLocaleString('en-US')} entries\u001b[K`);
  };
  return {
    at(entries) {
      if (Date.now() - shown < pauseMs) return;
      shown = Date.now();
      show(entries);
    },
    end: () => void stream.write('\r\u001b[K'),
  };
}
