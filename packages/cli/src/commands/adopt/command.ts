import { existsSync } from 'node:fs';
import {
  adopt,
  adoptionState,
  previewAdoption,
  readFacts,
  schemaLines,
  tableRules,
} from '@tenantry/rls/adopt';
import { ownCommand } from '../../kit/own-command.ts';
import { styleOf } from '../../terminal/style.ts';
import { withConnection } from '../doctor/connect.ts';
import { back } from './back.ts';
import { acceptInMigrations, writeMigration } from './migrations.ts';
import { loadPlan, planOf, writePlan } from './plan-file.ts';
import { ending, renderFinding, renderPlan, renderPreview, renderSchema } from './render.ts';
import { targetOf } from './target.ts';

/** `tenantry adopt`: from an application that exists to an isolated one. */
export const adoptCommand = ownCommand({
  summary: 'Make an existing application multi-tenant: what each table is, a plan, and its steps.',
  needs: 'none',
  options: {
    plan: { type: 'flag', summary: 'Write the plan as a file to edit.' },
    run: {
      type: 'flag',
      summary: 'Carry the plan out up to observe mode. The old code keeps working.',
    },
    enforce: { type: 'flag', summary: 'Carry it out to the end: policies, rights and FORCE.' },
    back: { type: 'flag', summary: 'Take the last step back: of --table, or of all tables.' },
    schema: {
      type: 'flag',
      summary:
        'Print what the tables say afterwards in the Drizzle schema, or in tables of tenantry.config.ts.',
    },
    migrations: {
      type: 'flag',
      summary:
        'Let migrations that have not run accept what adoption has made; without Drizzle, write one that makes it on other databases.',
    },
    'dry-run': { type: 'flag', summary: 'Change nothing. Print the statements that would run.' },
    table: {
      type: 'text',
      value: 'name',
      summary: 'Take only this table, and those that it references. Default: all of the plan.',
    },
    file: {
      type: 'text',
      value: 'file',
      default: 'adopt.plan.json',
      summary: 'Keep the plan in this file.',
    },
    tenants: {
      type: 'text',
      value: 'table',
      summary: 'Name the table of tenants. Default: it is found.',
    },
    members: {
      type: 'text',
      value: 'table',
      summary: 'Name the table of memberships. Default: it is found.',
    },
    users: {
      type: 'text',
      value: 'table',
      summary: 'Name the table of users. Default: it is found.',
    },
    url: {
      type: 'text',
      value: 'url',
      summary: 'Adopt this database. Default: that of the configuration, or else DATABASE_URL.',
    },
    config: {
      type: 'text',
      value: 'file',
      summary: 'Read this configuration. Default: tenantry.config.ts.',
    },
  },
  json: true,
  async run({ options, print, progress, refuse, loadProject, streams }) {
    const { file } = options;
    const asked = (['plan', 'run', 'enforce', 'back', 'schema', 'migrations'] as const).filter(
      (each) => options[each],
    );
    if (asked.length > 1) refuse(`--${asked[0]} and --${asked[1]}: one thing at a time.`);
    const { url, project } = await targetOf(options, loadProject);
    const { tenancy } = project;
    const style = styleOf(streams.stdout);
    const table = options.table && pathOf(options.table);
    const only = table === undefined ? {} : { tables: [table] };

    return withConnection(url, async (client) => {
      if (options.plan) {
        const plan = await planOf(client, project, options);
        writePlan(file, plan, refuse);
        print.result(plan, () => print.line(renderPlan(plan, [], style, file)));
        return 0;
      }
      if (options.schema) {
        const linesOf = project.plain === undefined ? schemaLines : tableRules;
        const facts = await readFacts(client, tenancy.roles.app);
        const lines = linesOf(loadPlan(file), facts, tenancy);
        print.result(lines, () =>
          print.line(
            renderSchema(
              lines,
              style,
              project.plain === undefined ? 'schema module' : 'configuration',
            ),
          ),
        );
        return 0;
      }
      if (options.migrations) {
        const changed =
          project.plain === undefined
            ? await acceptInMigrations(client, project)
            : await writeMigration(client, project);
        print.result({ changed }, () => {
          for (const each of changed)
            print.done(project.plain === undefined ? `${each} accepts what is there` : each);
          if (changed.length === 0) print.line('No migration needs it.');
        });
        return 0;
      }
      if (options.back) return back(client, { print, table, dryRun: options['dry-run'], tenancy });
      if (options.run || options.enforce) {
        const plan = loadPlan(file);
        if (options['dry-run']) {
          const preview = await previewAdoption(client, tenancy, plan, {
            ...only,
            enforce: options.enforce,
          });
          print.result(preview, () => print.line(renderPreview(preview, style)));
          return 0;
        }
        const report = await adopt(client, tenancy, plan, {
          ...only,
          enforce: options.enforce,
          progress,
          onStep: ({ table: of, step, outcome, findings, filled }) => {
            if (outcome === 'done') print.done(`${step.padEnd(10)} ${of}${shownFilled(filled)}`);
            else
              print.failed(
                `${step.padEnd(10)} ${of} waits${findings.length === 0 ? ' for its parent' : ''}`,
              );
            for (const finding of findings) print.line(renderFinding(finding, style));
          },
        });
        const waits = report.steps.some(({ outcome }) => outcome === 'waits');
        print.result(report, () => print.line(ending(report, options.enforce, waits)));
        return waits ? 1 : 0;
      }
      // without a file there is nothing to compare with: look at the database anew
      const plan = existsSync(file) ? loadPlan(file) : await planOf(client, project, options);
      const state = await adoptionState(client, tenancy);
      print.result({ plan, state }, () =>
        print.line(renderPlan(plan, state, style, existsSync(file) ? file : undefined)),
      );
      return 0;
    });
  },
});

const shownFilled = (filled: number | undefined): string =>
  filled === undefined
    ? ''
    : `  ${filled.toLocaleString('en-US')} rows, all other columns as they were`;

/** Schema public where none is named. */
const pathOf = (table: string): string => (table.includes('.') ? table : `public.${table}`);
