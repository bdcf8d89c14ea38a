import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { acrossPlaces } from '../api/across-tenants.ts';
import { places } from '../api/places.ts';
import type { DatabaseFacts } from './facts.ts';
import { readFacts } from './read-facts.ts';
import { type Advice, adviceOf } from './rules.ts';
import { bytes, percent } from './words.ts';

/** What `tenantry advise` says of one place. */
interface PlaceAdvice {
  /** Null for the shared tables. */
  readonly place: string | null;
  readonly facts?: DatabaseFacts;
  readonly advice: readonly Advice[];
  /** Why it could not be read. */
  readonly error?: string;
}

export const adviseCommands: Readonly<Record<string, FeatureCommand>> = {
  advise: defineCommand({
    summary: 'Say when to partition, to split a tenant out or to distribute, and by which numbers.',
    needs: 'system-read',
    json: true,
    async run({ tenancy, pool, print, progress, signal }) {
      const entry = { reason: 'advise', actor: 'cli', signal };
      // a schema is read with the shared tables, in whose database it is
      const databases = (await places(pool)).filter(({ schema }) => schema === null);
      const chosen = [null, ...databases.map(({ name }) => name)];
      const read = (place: string | null) =>
        readFacts(pool, tenancy, (done, total) =>
          progress(`tables of ${nameOf(place)}`, done, total),
        );
      const found: PlaceAdvice[] = [];
      for await (const answer of acrossPlaces(tenancy, chosen, entry, read)) {
        const { place } = answer;
        found.push(
          answer.ok
            ? { place, facts: answer.value, advice: adviceOf(answer.value) }
            : { place, advice: [], error: (answer.error as Error).message },
        );
      }
      found.sort((a, b) => (a.place ?? '').localeCompare(b.place ?? ''));
      print.result(found, () => {
        for (const each of found) show(each);
      });
      return found.some(({ error }) => error !== undefined) ? 1 : 0;

      function show({ place, facts, advice, error }: PlaceAdvice): void {
        if (error !== undefined || facts === undefined) {
          print.failed(`${nameOf(place)}: ${error}`);
          return;
        }
        const hits = facts.cacheHits === null ? '' : `, ${percent(facts.cacheHits)} cache hits`;
        print.line(
          `${nameOf(place)}: ${bytes(facts.bytes)}, ${facts.tables.length} tables of tenants, ` +
            `${facts.connections} of ${facts.maxConnections} connections${hits}`,
        );
        if (advice.length === 0) print.done('nothing to do');
        for (const { rule, subject, found: numbers, advice: what } of advice) {
          print.line(`  ${rule}${subject === null ? '' : ` ${subject}`}: ${numbers}`);
          print.line(`    ${what}`);
        }
      }
    },
  }),
};

const nameOf = (place: string | null) => place ?? 'the shared tables';
