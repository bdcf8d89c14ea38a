import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { styleOf } from '../../terminal/style.ts';
import type { Command } from '../command.ts';
import { generateCommand } from '../generate/command.ts';
import { lookAround, type Surroundings } from '../info/detect.ts';
import { askFor } from './ask.ts';
import { type Answers, filesFor } from './files.ts';
import { type Missing, missingPackages, nextSteps } from './next-steps.ts';
import { type SchemaPlace, schemaPlace } from './schema-place.ts';

const ids = ['uuid', 'text'] as const;

/** `tenantry init`: the first files of a project, and its first migration. */
export const initCommand: Command = {
  summary: 'Set a project up: configuration, example schema, test and first migration.',
  options: {
    '--tenant <word>': 'the word for the tenant, in the singular; organization unless named',
    '--id <kind>': 'how ids are stored: uuid (unless named) or text',
    '--yes': 'ask nothing',
    '--dry-run': 'write nothing; say what would be written',
    '--json': 'print what was done as JSON; asks nothing',
  },
  values: { '--id': ids },
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        tenant: { type: 'string', default: 'organization' },
        id: { type: 'string', default: 'uuid' },
        yes: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const isQuiet = values.yes || values.json || values['dry-run'];
    if (!isQuiet && process.stdin.isTTY !== true) {
      console.error(
        '✗ There is no terminal to ask in: pass --yes, with --tenant and --id where the defaults do not fit.',
      );
      return 2;
    }
    const given = { tenant: values.tenant, id: values.id as Answers['id'] };
    const answers = isQuiet ? given : await askFor(given);
    const wrong = whatIsWrong(answers);
    if (wrong !== undefined) {
      console.error(`✗ ${wrong}`);
      return 2;
    }
    const around = lookAround(process.cwd());
    const place = await schemaPlace(around.folder, around.drizzleConfig);
    const plan = planOf(answers, around, place);
    if (!values['dry-run']) write(around.folder, plan.files);
    const missing = missingPackages(around);
    const ready = !values['dry-run'] && missing.every(({ names }) => names.length === 0);
    if (!values.json) print(plan, around, missing, values['dry-run']);
    const migrated =
      ready && plan.kept.length === 0 && !plan.hasTables
        ? await generateQuietly(values.json)
        : undefined;
    if (values.json) {
      const written = Object.keys(plan.files);
      console.log(
        JSON.stringify(
          {
            written,
            kept: plan.kept,
            missing: missing.flatMap(({ names }) => names),
            dryRun: values['dry-run'],
            migrations: migrated === 0,
            next: nextSteps(around, missing, migrated === 0, plan),
          },
          null,
          2,
        ),
      );
    } else {
      console.log(
        `\nNext\n${nextSteps(around, missing, migrated === 0, plan)
          .map((step) => `  ${step}`)
          .join('\n')}`,
      );
    }
    return migrated ?? 0;
  },
};

function whatIsWrong({ tenant, id }: Answers): string | undefined {
  if (!/^[a-z][A-Za-z0-9]{0,30}$/.test(tenant)) {
    return `the word ${JSON.stringify(tenant)}: use one camelCase word in the singular, such as organization.`;
  }
  return ids.includes(id) ? undefined : `ids ${JSON.stringify(id)}: use uuid or text.`;
}

interface Plan {
  readonly files: Readonly<Record<string, string>>;
  /** Existing files, which are kept. */
  readonly kept: readonly string[];
  /** Whether there is a schema, to which the user must add the fragments. */
  readonly hasTables: boolean;
  /** Whether `init` has run before. */
  readonly isSetUp: boolean;
}

function planOf(answers: Answers, around: Surroundings, place: SchemaPlace): Plan {
  const all = Object.entries(filesFor(answers, around, place));
  const exists = ([file]: [string, string]) => existsSync(join(around.folder, file));
  return {
    files: Object.fromEntries(all.filter((each) => !exists(each))),
    kept: all.filter(exists).map(([file]) => file),
    hasTables: place.file === undefined,
    isSetUp: around.tenantryConfig !== undefined,
  };
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' }); // never overwrite a file that was created meanwhile
  }
}

/** `generate` prints to the same stdout, which must be JSON with --json. */
async function generateQuietly(json: boolean): Promise<number> {
  if (!json) return generateCommand.run([]);
  const { log } = console;
  const write = process.stdout.write.bind(process.stdout);
  console.log = (...parts: unknown[]) => console.error(...parts);
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  try {
    return await generateCommand.run([]);
  } finally {
    console.log = log;
    process.stdout.write = write;
  }
}

function print(
  { files, kept }: Plan,
  around: Surroundings,
  missing: readonly Missing[],
  dryRun: boolean,
): void {
  const { bold, green, dim } = styleOf(process.stdout);
  const drizzle = around.versions['drizzle-orm'];
  const seen = [
    drizzle === undefined ? 'no Drizzle yet' : `Drizzle ${drizzle}`,
    around.frameworks.join(', ') || 'no framework that is known',
    around.packageManager,
  ];
  console.log(`${bold('tenantry init')}  ${seen.join(' · ')}`);
  for (const file of Object.keys(files)) console.log(`  ${green(dryRun ? '+' : '✓')} ${file}`);
  if (Object.keys(files).length === 0) console.log('  nothing to write: Tenantry is set up here');
  for (const file of kept) console.log(`  ${dim(`= ${file} exists and stays as it is`)}`);
  if (missing.some(({ names }) => names.length > 0))
    console.log(dim('  the migration waits for the packages below'));
}
