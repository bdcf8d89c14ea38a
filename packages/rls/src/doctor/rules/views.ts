import type { ViewFacts } from '../catalogue/model.ts';
import type { Subject } from '../subject/types.ts';

/** The views that read tenant tables, directly or through other views, and those tables. */
export function viewsOverTenants({ catalogue, table }: Subject): {
  readonly view: ViewFacts;
  readonly tables: readonly string[];
}[] {
  const views = new Map(catalogue.views.map((view) => [view.oid, view]));
  const tablesOf = (oid: number, seen: ReadonlySet<number>): string[] => {
    if (seen.has(oid)) return [];
    const view = views.get(oid);
    if (view !== undefined)
      return view.reads.flatMap((read) => tablesOf(read, new Set([...seen, oid])));
    const found = table(oid);
    return found?.ofTenants === true ? [found.title] : [];
  };
  return catalogue.views.flatMap((view) => {
    const tables = [...new Set(tablesOf(view.oid, new Set()))];
    return tables.length === 0 ? [] : [{ view, tables }];
  });
}
