import type { CommandNeeds, Feature, FeatureCommand } from '@tenantry/rls/feature';
import { type Commands, explanation, spelling, synopsis } from '../kit/usage.ts';
import { commandsOf } from './feature-commands.ts';
import { ownCommands } from './index.ts';

const needs: Readonly<Record<CommandNeeds, string | undefined>> = {
  none: undefined,
  config: 'Needs a configuration.',
  tenant: 'Runs inside the scope of one tenant, with `DATABASE_URL`.',
  'tenant-or-system-read':
    'Runs inside the scope of the tenant of `--tenant`, with `DATABASE_URL`; without it reads across tenants, with `SYSTEM_DATABASE_URL` or else `DATABASE_URL`.',
  'system-read': 'Reads across tenants, with `SYSTEM_DATABASE_URL` or else `DATABASE_URL`.',
  'system-write':
    'Reads and writes across tenants, with `SYSTEM_DATABASE_URL` or else `DATABASE_URL`.',
};

/** The page of all commands, as Markdown. */
export async function referenceOf(features: readonly Feature[]): Promise<string> {
  const commands: Commands = { ...ownCommands, ...(await commandsOf(features, ownCommands)) };
  const sections = Object.entries(commands).map(([name, command]) => section(name, command));
  return `# Commands

Every command of \`tenantry\` and of its features, made from their declarations: the same as
\`npx tenantry <command> --help\`. [The command line](./cli) says what they have in common.

${sections.join('\n')}`;
}

function section(name: string, command: FeatureCommand): string {
  const need = needs[command.needs];
  const lines = [
    ...Object.entries(command.positionals).map(([each, option]) => [`<${each}>`, option] as const),
    ...Object.entries(command.options).map(
      ([each, option]) => [spelling(each, option), option] as const,
    ),
  ].map(([each, option]) => `| \`${cell(each)}\` | ${cell(explanation(option))} |`);
  return [
    `## ${name}`,
    '',
    '```sh',
    synopsis(name, command),
    '```',
    '',
    command.summary,
    ...(need === undefined ? [] : ['', need]),
    ...(lines.length === 0 ? [] : ['', '| option | |', '|---|---|', ...lines]),
    '',
  ].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
