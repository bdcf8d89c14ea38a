import type { ViewFacts } from '../catalogue/model.ts';
import type { Subject } from '../subject/types.ts';

/**
 * The views that read tenant tables, directly or through other views, and those tables. What a view reads
 * through one with `security_invoker`, it reads as whoever asks, also when it has not the option itself;
 * a materialised view is filled by its owner.
 */
export function viewsOverTenants({ catalogue, table }: Subject): {
  readonly view: ViewFacts;
  readonly tables: readonly string[];
}[] {
  const views = new Map(catalogue.views.map((view) => [view.oid, view]));
  const tablesOf = (oid: number, isCopied: boolean, seen: ReadonlySet<number>): string[] => {
    if (seen.has(oid)) return [];
    const view = views.get(oid);
    if (view === undefined) {
      const found = table(oid);
      return found?.ofTenants === true ? [found.title] : [];
    }
    const isInside = seen.size > 0;
    if (isInside && view.securityInvoker && !isCopied) return [];
    const copied = isCopied || view.materialized;
    return view.reads.flatMap((read) => tablesOf(read, copied, new Set([...seen, oid])));
  };
  return catalogue.views.flatMap((view) => {
    const tables = [...new Set(tablesOf(view.oid, false, new Set()))];
    return tables.length === 0 ? [] : [{ view, tables }];
  });
}
