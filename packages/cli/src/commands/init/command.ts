import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute } from '../../kit/execute.ts';
import { ownCommand } from '../../kit/own-command.ts';
import { generateCommand } from '../generate/command.ts';
import { lookAround, type Surroundings } from '../info/detect.ts';
import { askFor } from './ask.ts';
import { pastThePool } from './drivers.ts';
import { tenancyOfTables } from './existing.ts';
import { type Answers, filesFor } from './files.ts';
import { missingPackages, nextSteps } from './next-steps.ts';
import { type PlainApplication, plainApplication } from './plain.ts';
import { type SchemaPlace, schemaPlace } from './schema-place.ts';
import { type Plan, tell, tellFound } from './tell.ts';

const ids = ['uuid', 'text', 'integer', 'bigint'] as const;

const wordForm = {
  pattern: /^[a-z][A-Za-z0-9]{0,30}$/,
  words: 'one camelCase word in the singular, such as organization',
};

/** `tenantry init`: the first files of a project, and its first migration. */
export const initCommand = ownCommand({
  summary: 'Set up a project: configuration, example schema, test and first migration.',
  needs: 'none',
  options: {
    tenant: {
      type: 'text',
      value: 'word',
      form: wordForm,
      summary:
        'Name the tenant with one word, in the singular and in camelCase. Default: that of your tables, or else organization.',
    },
    id: {
      type: 'choice',
      of: ids,
      summary: 'Store ids of this kind. Default: that of your tables, or else uuid.',
    },
    yes: { type: 'flag', summary: 'Ask nothing.' },
    'dry-run': { type: 'flag', summary: 'Write nothing. Print which files would be written.' },
  },
  json: true,
  async run({ options, json, print, refuse, loadProject, streams }) {
    const dryRun = options['dry-run'];
    const isQuiet = options.yes || json || dryRun;
    if (!isQuiet && process.stdin.isTTY !== true) {
      refuse(
        'There is no terminal to ask in: pass --yes, with --tenant and --id where the defaults do not fit.',
      );
    }
    const around = lookAround(process.cwd());
    const plain = await plainApplication(around);
    const place: SchemaPlace =
      plain === undefined
        ? await schemaPlace(around.folder, around.drizzleConfig)
        : { folder: 'src', file: undefined, existing: [] };
    const found = plain ? plain.found : await tenancyOfTables(around.folder, place.existing);
    const defaults = {
      tenant: options.tenant ?? found?.tenant ?? 'organization',
      id: (options.id ?? ids.find((id) => id === found?.id) ?? 'uuid') as Answers['id'],
    };
    const answers = isQuiet ? defaults : await askFor(defaults);
    const wrong = whatIsWrong(answers);
    if (wrong !== undefined) refuse(wrong);
    const past = pastThePool(around.folder);
    const plan = planOf(answers, around, place, plain);
    if (!dryRun) write(around.folder, plan.files);
    const missing = missingPackages(around, plan.isPlain);
    const ready = !dryRun && missing.every(({ names }) => names.length === 0);
    if (!json) {
      tell(plan, around, missing, dryRun, print);
      tellFound(found, answers, past, print);
      const notProposed = plain?.notProposed(answers);
      if (notProposed !== undefined) print.line(`  ${notProposed}`);
    }
    const migrated =
      ready && plan.kept.length === 0 && !plan.hasTables
        ? await execute(generateCommand, {
            name: 'generate',
            argv: [],
            stdout: json ? streams.stderr : streams.stdout,
            stderr: streams.stderr,
            loadProject,
            own: (project) => ({ project }),
          })
        : undefined;
    const next = nextSteps(around, missing, migrated === 0, plan);
    const done = {
      written: Object.keys(plan.files),
      kept: plan.kept,
      missing: missing.flatMap(({ names }) => names),
      dryRun,
      found: found ?? null,
      pastThePool: past,
      migrations: migrated === 0,
      next,
    };
    print.result(done, () => print.line(`\nNext\n${next.map((step) => `  ${step}`).join('\n')}`));
    return migrated ?? 0;
  },
});

/** Answers in the terminal; those of the command line are checked already. */
function whatIsWrong({ tenant, id }: Answers): string | undefined {
  if (!wordForm.pattern.test(tenant)) {
    return `the word ${JSON.stringify(tenant)}: use ${wordForm.words}.`;
  }
  return ids.includes(id) ? undefined : `ids ${JSON.stringify(id)}: use ${ids.join(', ')}.`;
}

function planOf(
  answers: Answers,
  around: Surroundings,
  place: SchemaPlace,
  plain: PlainApplication | undefined,
): Plan {
  const all = Object.entries(filesFor(answers, around, place, plain?.options(answers)));
  const exists = ([file]: [string, string]) => existsSync(join(around.folder, file));
  return {
    files: Object.fromEntries(all.filter((each) => !exists(each))),
    kept: all.filter(exists).map(([file]) => file),
    hasTables: place.file === undefined,
    isSetUp: around.tenantryConfig !== undefined,
    isPlain: plain !== undefined,
  };
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' }); // never overwrite a file that was created meanwhile
  }
}
