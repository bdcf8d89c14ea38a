/** Colours on a terminal; NO_COLOR and FORCE_COLOR override as usual. */
export interface Style {
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

/** The style for a stream: plain text when it is not a terminal. */
export function styleOf(stream: { readonly isTTY?: boolean }): Style {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const wanted =
    FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0'
      ? true
      : stream.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  const paint = (code: number) => (text: string) =>
    wanted ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { red: paint(31), yellow: paint(33), green: paint(32), bold: paint(1), dim: paint(2) };
}
