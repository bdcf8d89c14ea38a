import type { Scope } from '../scope/scope.ts';
import type { WireValue } from '../wire/message-writer.ts';

/**
 * What the context of each statement does at a place that tenants may leave: it refuses a statement whose
 * tenant has moved, before any of it has run.
 */
export interface Fence {
  /** A multiple of 4: fences of one form have one text. */
  readonly form: number;
  /**
   * What the list of the context's settings ends with.
   * @param from the number of its first value
   */
  sql(from: number): string;
  values(scope: Scope): WireValue[];
  /** The error of the caller, when the fence has refused the statement. */
  refusal(error: Error): Error | undefined;
}
