import type { Context, Hono } from 'hono';

export declare const routes: Hono;
export declare const pageQuery: unknown;
export declare function readQuery(
  c: Context,
  query: unknown,
): { readonly after: string | undefined; readonly limit: number };
export declare function toPage<R>(
  rows: readonly R[],
  limit: number,
  cursor: (row: R) => string,
): { readonly rows: R[]; readonly next: string | null };
