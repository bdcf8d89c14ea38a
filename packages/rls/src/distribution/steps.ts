import type { Section } from '../generate/section.ts';
import type { DistributionClient } from './client.ts';

/** A table that is to be distributed. */
export interface Step {
  /** Its quoted name: `"public"."projects"`. */
  readonly target: string;
  /** `projects`, `tenantry.audit_seals` */
  readonly table: string;
  /** `reference`: on every node; else the column by which its rows are distributed. */
  readonly by: 'reference' | string;
}

const array = String.raw`(array\[[\s\S]*?\]::text\[\])`;
const call = new RegExp(
  String.raw`\.distribute_tables\(\s*${array},\s*${array},\s*${array}\s*\)`,
  'g',
);

/** The tables that sections distribute by `tenantry.distribute_tables`, in their order. */
export async function stepsIn(
  client: DistributionClient,
  sections: readonly Section[],
): Promise<Step[]> {
  const steps = new Map<string, Step>();
  const calls = sections
    .flatMap(({ statements }) => statements)
    .flatMap((statement) => [...statement.matchAll(call)]);
  for (const [, references = '', tables = '', columns = ''] of calls) {
    const { rows } = await client.query(`
      select target, replace(regexp_replace(target, '^"public"\\.', ''), '"', '') as table, by
      from (select t, 'reference', i, 1 from unnest(${references}) with ordinality u (t, i)
        union all select t, c, i, 2 from unnest(${tables}, ${columns}) with ordinality u (t, c, i)) x (target, by, i, part)
      order by part, i`);
    for (const row of rows as unknown as Step[])
      if (!steps.has(row.target)) steps.set(row.target, row);
  }
  return [...steps.values()];
}
