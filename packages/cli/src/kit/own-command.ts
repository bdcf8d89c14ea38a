import {
  type CommandContext,
  type CommandDeclaration,
  type CommandNeeds,
  type CommandOptions,
  defineCommand,
  type FeatureCommand,
} from '@tenantry/rls/feature';
import type { Project } from '../config/load-config.ts';
import type { Streams } from './print.ts';
import type { Commands } from './usage.ts';

/** What a command of the command line itself gets besides. */
export interface OwnContext {
  /** Loads a configuration, once. Default: tenantry.config.ts. */
  loadProject(configFile?: string): Promise<Project>;
  /** Those of the command line itself, and those of the features of tenantry.config.ts when it has any. */
  allCommands(): Promise<Commands>;
  /** The streams, for another command and for programs. */
  readonly streams: Streams;
}

/** `defineCommand` for a command of the command line itself. */
export const ownCommand = defineCommand as <
  const N extends CommandNeeds,
  const O extends CommandOptions = Record<never, never>,
  const P extends CommandOptions = Record<never, never>,
>(
  declaration: CommandDeclaration<
    N,
    O,
    P,
    CommandContext<N, O, P> &
      OwnContext &
      (N extends 'none' ? unknown : { readonly project: Project })
  >,
) => FeatureCommand;
