import {
  aroundTables,
  compareEvolved,
  contentsOf,
  foundationContent,
  generate,
  type MigrationFile,
  missing,
  notesOf,
  readDefinitions,
  readMigrations,
  renderMigration,
  rolloutNotes,
} from '@tenantry/rls/generate';
import { type Application, applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';

type Snapshot = ReturnType<typeof generateDrizzleJson>;

/** What is answered where drizzle-kit would ask: old name → new name. */
export interface Renames {
  readonly tables?: Readonly<Record<string, string>>;
  /** By the table, as it is called afterwards. */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Tables that move: `projects` → `crm`, `crm.projects` → `public`. */
  readonly schemas?: Readonly<Record<string, string>>;
}

const breakpoint = '--> statement-breakpoint';

/** An application over time: each step writes what `tenantry generate` writes, and applies it. */
export class History {
  #snapshot: Snapshot = generateDrizzleJson({});
  readonly files: MigrationFile[] = [];
  /** In which order the last step is deployed. */
  orders: readonly string[] = [];
  /** What else `generate` says of the last step. */
  notes: readonly string[] = [];
  readonly url: string;
  #application: Application | undefined;

  private constructor(url: string) {
    this.url = url;
  }

  static async begin(): Promise<History> {
    return new History((await testDatabase()).url);
  }

  /** Writes the migrations from here to an application. @returns the new files */
  async write(application: Application, renames: Renames = {}): Promise<MigrationFile[]> {
    const { foundation, sections, tables } = generate(application);
    const all = [foundation, ...sections];
    const first = this.files.length;
    const push = (name: string, text: string) =>
      this.files.push({ name: `${this.files.length}_${name}`, text });
    const begin = readMigrations(this.files);
    const behind = missing(all, begin);
    if (behind.sections.some(({ id }) => id === 'foundation')) {
      push(
        'tenantry_foundation',
        renderMigration(foundationContent(foundation, readMigrations(this.files))),
      );
    }
    const renamed = rename(this.#snapshot, renames);
    const next = generateDrizzleJson({ ...application.schema }, renamed.snapshot.id);
    const others = await generateMigration(renamed.snapshot, next);
    const isSchema = (statement: string) => statement.startsWith('CREATE SCHEMA');
    const written = [
      ...others.filter(isSchema),
      ...renamed.statements,
      ...others.filter((statement) => !isSchema(statement)),
    ].join(`\n${breakpoint}\n`);
    this.orders = rolloutNotes(all, begin, written);
    if (written !== '') {
      const before = readMigrations(this.files);
      push('tables', aroundTables({ text: written, before, all, tables }));
    }
    this.#snapshot = next;
    const behindNow = missing(all, readMigrations(this.files));
    this.notes = notesOf({ ...behindNow, lost: behind.lost });
    for (const content of contentsOf(behindNow)) push(content.name, renderMigration(content));
    this.#application = application;
    return this.files.slice(first);
  }

  /** Applies files, each in a transaction of its own, as careful runners do. */
  async apply(files: readonly MigrationFile[], url = this.url): Promise<void> {
    await withClient(url, async (client) => {
      for (const { name, text } of files) {
        await client.query('begin');
        for (const statement of text.split(breakpoint)) {
          await client.query(statement).catch((cause) => {
            throw new Error(`${name}: ${cause.message}\n${statement}`, { cause });
          });
        }
        await client.query('commit');
      }
    });
  }

  async step(application: Application, renames?: Renames): Promise<MigrationFile[]> {
    const files = await this.write(application, renames);
    await this.apply(files);
    return files;
  }

  /** A step as a generator wrote it that left some statements out. */
  async stepWithout(
    application: Application,
    renames: Renames | undefined,
    isLeftOut: (statement: string) => boolean,
  ): Promise<void> {
    await this.stepAs(
      application,
      (statement) => (isLeftOut(statement) ? statement.replace(/^(?!\s*--).+$/gm, '') : statement),
      renames,
    );
  }

  /** A step as a generator wrote it that wrote other statements. */
  async stepAs(
    application: Application,
    rewrite: (statement: string) => string,
    renames?: Renames,
  ): Promise<void> {
    const files = await this.write(application, renames);
    const other = files.map(({ name, text }) => ({
      name,
      text: text.split(breakpoint).map(rewrite).join(breakpoint),
    }));
    this.files.splice(-other.length, other.length, ...other);
    await this.apply(other);
  }

  /** Lets drizzle-kit think that a table is not there. */
  forget(table: string): void {
    delete (this.#snapshot.tables as Record<string, object>)[`public.${table}`];
  }

  /** A migration that somebody else wrote, or an earlier generator. */
  async own(text: string): Promise<void> {
    const file = { name: `${this.files.length}_own`, text };
    this.files.push(file);
    await this.apply([file]);
  }

  /** What the database has otherwise than one that was made anew; and what generate would still write. */
  async differences(): Promise<string[]> {
    const application = this.#application as Application;
    const { url } = await testDatabase();
    const { foundation, sections } = await applySchema(url, application);
    const [own, made] = await Promise.all(
      [this.url, url].map((each) => withClient(each, (client) => readDefinitions(client))),
    );
    const migrated = readMigrations(this.files);
    const lacks = missing([foundation, ...sections], migrated);
    const { differences } = compareEvolved(own as never, made as never, migrated, lacks.kept);
    return [
      ...differences.map(({ object, first, second }) => `${object}: ${first} <> ${second}`),
      ...lacks.sections.map(({ id }) => `still to write: ${id}`),
      ...lacks.gone.map(({ kind, name }) => `still to remove: ${kind} ${name}`),
    ];
  }
}

/** A snapshot as if the names had always been the new ones, and the statements that make them so. */
function rename(
  snapshot: Snapshot,
  { tables = {}, columns = {}, schemas = {} }: Renames,
): { readonly snapshot: Snapshot; readonly statements: string[] } {
  let text = JSON.stringify(snapshot);
  const statements: string[] = [];
  for (const [from, to] of Object.entries(tables)) {
    statements.push(`ALTER TABLE "${from}" RENAME TO "${to}";`);
    text = text
      .replaceAll(`"public.${from}":`, `"public.${to}":`)
      .replaceAll(`"name":"${from}","schema":`, `"name":"${to}","schema":`)
      .replaceAll(`"tableTo":"${from}"`, `"tableTo":"${to}"`);
  }
  for (const [path, schema] of Object.entries(schemas)) {
    const [table = '', from = 'public'] = path.split('.').reverse();
    const named = (of: string) => (of === 'public' ? '' : of);
    const target = from === 'public' ? `"${table}"` : `"${from}"."${table}"`;
    statements.push(`ALTER TABLE ${target} SET SCHEMA "${schema}";`);
    text = text
      .replaceAll(`"${from}.${table}":`, `"${schema}.${table}":`)
      .replaceAll(
        `"name":"${table}","schema":"${named(from)}"`,
        `"name":"${table}","schema":"${named(schema)}"`,
      );
  }
  const next = JSON.parse(text) as Snapshot;
  for (const [table, names] of Object.entries(columns)) {
    const found = (next.tables as Record<string, object>)[`public.${table}`];
    for (const [from, to] of Object.entries(names)) {
      statements.push(`ALTER TABLE "${table}" RENAME COLUMN "${from}" TO "${to}";`);
      const changed = JSON.stringify(found)
        .replaceAll(`"${from}":{"name":"${from}"`, `"${to}":{"name":"${to}"`)
        .replaceAll(`"expression":"${from}"`, `"expression":"${to}"`)
        .replace(/"columns":\[[^\]{]*\]/g, (list) => list.replaceAll(`"${from}"`, `"${to}"`));
      Object.assign(found as object, JSON.parse(changed));
      delete (found as { columns: Record<string, unknown> }).columns[from];
    }
  }
  return { snapshot: next, statements };
}
