import type { Fence } from '../../placement/fence.ts';
import type { Scope } from '../../scope/scope.ts';
import type { WireValue } from '../../wire/message-writer.ts';

/** Has statements look names up in a search path, and fences them as the shared tables are fenced. */
export class PathFence implements Fence {
  readonly form = 8;
  readonly #path: string;
  readonly #fence: Fence;

  constructor(path: string, fence: Fence) {
    this.#path = path;
    this.#fence = fence;
  }

  sql(from: number): string {
    return `, pg_catalog.set_config('search_path', $${from}, true)${this.#fence.sql(from + 1)}`;
  }

  values(scope: Scope): WireValue[] {
    return [this.#path, ...this.#fence.values(scope)];
  }

  refusal(error: Error): Error | undefined {
    return this.#fence.refusal(error);
  }
}
