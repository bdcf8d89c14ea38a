import { textInSchema } from '../../sql/text-in-schema.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import { OwnStep, ownStatement } from '../../wire/own-step.ts';
import type { ContextWriter } from '../dialect.ts';
import { PostgresContextWriter } from '../postgres/context.ts';
import { hearWarnings } from './worker-warnings.ts';

const takeRole = ownStatement(`select pg_catalog.set_config('role', $1, true)`);
const takeRoleToRead = ownStatement(
  `select pg_catalog.set_config('role', $1, true), pg_catalog.set_config('transaction_read_only', 'on', true)`,
);

/**
 * Writes the context by `tenantry.set_context`. The role is taken on by a statement before it: a login of
 * the pool may not call the function, and rights are looked up before any part of a statement runs. So is
 * read-only, which the function brings to the workers.
 */
export class CitusContextWriter implements ContextWriter {
  readonly #context: PostgresContextWriter;

  constructor(tenancy: Tenancy) {
    const by = (text: string) => textInSchema(tenancy.schema, text);
    this.#context = new PostgresContextWriter(tenancy, undefined, [
      by('tenantry.set_context($2, $3)'),
      by(`tenantry.set_context($2, '')`),
    ]);
  }

  write(...given: Parameters<ContextWriter['write']>): void {
    const [writer, steps, session, scope, { role }] = given;
    hearWarnings(session);
    const take = scope.kind === 'system' && !scope.write ? takeRoleToRead : takeRole;
    steps.push(new OwnStep(writer, session, take, [role], () => {}, false));
    this.#context.write(...given);
  }
}
