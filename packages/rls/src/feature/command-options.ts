/** A text: `--out report.csv`. */
export interface TextOption {
  readonly type: 'text';
  /** The word for its value in the help; `file` completes files. */
  readonly value: string;
  readonly default?: string;
  /** Whether the command line has to give it. Default: false. */
  readonly required?: boolean;
  /** What it must match, and the same in words: `letters and digits, 60 at most`. Default: anything. */
  readonly form?: { readonly pattern: RegExp; readonly words: string };
  readonly summary: string;
}

/** One of several words: `--format csv`. */
export interface ChoiceOption {
  readonly type: 'choice';
  readonly of: readonly string[];
  readonly default?: string;
  readonly required?: boolean;
  readonly summary: string;
}

/** A whole number in a range: `--limit 100`. */
export interface WholeOption {
  readonly type: 'whole';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly required?: boolean;
  readonly summary: string;
}

/** An option without a value, false unless it is there: `--dry-run`. */
export interface FlagOption {
  readonly type: 'flag';
  readonly summary: string;
}

/** An option of a command. `summary` is one sentence in the imperative, without the default. */
export type CommandOption = TextOption | ChoiceOption | WholeOption | FlagOption;

/** Options by name. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

type ValueOf<O extends CommandOption> = O extends FlagOption
  ? boolean
  : O extends WholeOption
    ? number
    : O extends { readonly type: 'choice'; readonly of: readonly (infer C)[] }
      ? C
      : string;

/** The values of positional arguments; one that is neither given nor has a default is refused. */
export type PositionalValues<P extends CommandOptions> = {
  readonly [K in keyof P]: ValueOf<P[K]>;
};

/** The values of options: undefined is one that is neither given nor has a default. */
export type OptionValues<O extends CommandOptions> = {
  readonly [K in keyof O]: O[K] extends
    | { readonly type: 'flag' }
    | { readonly default: string | number }
    | { readonly required: true }
    ? ValueOf<O[K]>
    : ValueOf<O[K]> | undefined;
};
