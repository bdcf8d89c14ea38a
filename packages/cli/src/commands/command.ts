/** A command of the command line. */
export interface Command {
  /** One line for the overview. */
  readonly summary: string;
  /** Option spelling → one line on what it does. */
  readonly options: Readonly<Record<string, string>>;
  /** The possible values of an option or of the command itself, for completion. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** @returns the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

/** The text of `tenantry <command> --help`. */
export function usageOf(name: string, { summary, options }: Command): string {
  const width = Math.max(0, ...Object.keys(options).map((option) => option.length));
  const lines = Object.entries(options).map(([o, text]) => `  ${o.padEnd(width)}  ${text}`);
  return [`Usage: tenantry ${name} [options]`, '', summary, '', ...lines].join('\n');
}
