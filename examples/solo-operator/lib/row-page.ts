import { notFound } from 'next/navigation';
import { rowId } from '../src/input.ts';

/** What the pages of one row get. */
export interface RowPage {
  readonly params: Promise<{ business: string; id: string }>;
}

/** The parameters of the page of one row. What cannot be an id names no row. */
export async function rowOf({ params }: RowPage): Promise<{ business: string; id: string }> {
  const { business, id } = await params;
  if (!rowId.safeParse(id).success) notFound();
  return { business, id };
}
