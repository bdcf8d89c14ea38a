import { textInSchema } from '../../sql/text-in-schema.ts';
import type { Step } from '../../wire/flight.ts';
import type { Dialect } from '../dialect.ts';
import { PostgresContextWriter } from '../postgres/context.ts';
import { postgres } from '../postgres/postgres.ts';
import { withoutShards } from './shard-names.ts';

const ignored: Step = { onRow() {}, onComplete() {} };

/**
 * Citus. Settings reach the workers only between BEGIN and COMMIT, so a flush carries both. No statement
 * is named, because a kept plan goes to the shard of the tenant that came first.
 */
export const citus: Dialect = Object.freeze<Dialect>({
  namesStatements: false,
  contextWriter(tenancy) {
    const by = (text: string) => textInSchema(tenancy.schema, text);
    return new PostgresContextWriter(tenancy, undefined, [
      by('tenantry.set_context($2, $3)'),
      by(`tenantry.set_context($2, '')`),
    ]);
  },
  writeBegin(writer, steps) {
    writer.parse('', 'begin').bind('', []).execute();
    steps.push(ignored);
  },
  writeEnd(writer, steps) {
    writer.parse('', 'commit').bind('', []).execute();
    steps.push(ignored);
  },
  endFailed: postgres.endFailed,
  readError: withoutShards,
});
