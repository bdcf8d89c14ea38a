import type { BenchOptions } from './options.ts';
import type { Result } from './result.ts';

/** A claim that the results keep or break. */
export interface Target {
  readonly name: string;
  /** What was promised, in words: `at least 1.0`. */
  readonly wanted: string;
  /** Looks at the results; undefined when the run did not measure it. */
  check(
    results: readonly Result[],
  ): { readonly found: string; readonly reached: boolean } | undefined;
}

/** What a run gave. */
export interface Report {
  readonly results: readonly Result[];
  /** `server_version` of the PostgreSQL that was measured. */
  readonly serverVersion: string;
  /** What a reader has to know about the figures. */
  readonly notes: readonly string[];
}

/** Something that must hold whatever the machine: no times in it. */
export interface Expectation {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly holds: boolean;
}

/** A bench, one folder each. */
export interface Bench {
  readonly name: string;
  run(options: BenchOptions, write: (line: string) => void): Promise<Report>;
  readonly targets: readonly Target[];
  /** The part that guards the repository: `bench gate` runs it for every bench. */
  gate(write: (line: string) => void): Promise<Expectation[]>;
  /** What its operations are, for whoever reads the tables. */
  readonly operations: Readonly<Record<string, string>>;
}
