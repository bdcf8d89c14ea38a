import type { Progress } from '@tenantry/rls/feature';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const width = 30;
const pauseMs = 100;
const erase = '\r\u001b[K';

/** The one progress line of a command. */
export interface ProgressLine {
  readonly show: Progress;
  /** Removes the line; the next call of `show` draws it again. */
  clear(): void;
}

/** A progress line; nothing on a stream that is no terminal. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (stream.isTTY !== true) return { show() {}, clear() {} };
  let timer: NodeJS.Timeout | undefined;
  let now: Parameters<Progress> = [''];
  let since = 0;
  let frame = 0;
  const draw = () => void stream.write(`\r${textOf(now, Date.now() - since, frame++)}\u001b[K`);
  return {
    show(...next) {
      if (next[0] !== now[0]) since = Date.now();
      now = next;
      if (timer !== undefined) return;
      draw();
      timer = setInterval(draw, pauseMs).unref();
    },
    clear() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      stream.write(erase);
    },
  };
}

function textOf([what, done, total]: Parameters<Progress>, tookMs: number, frame: number): string {
  const spinner = frames[frame % frames.length];
  if (done === undefined) return `${spinner} ${what}`;
  const count = `${done.toLocaleString('en-US')} ${what}`;
  if (total === undefined || total <= 0) {
    return `${spinner} ${count}  ${Math.round((done * 1000) / Math.max(1000, tookMs))}/s`;
  }
  const share = Math.min(1, done / total);
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${Math.round(share * 100)} %  ${count}`;
}
