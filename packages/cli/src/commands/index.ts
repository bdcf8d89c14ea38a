import type { Commands } from '../kit/usage.ts';
import { adoptCommand } from './adopt/command.ts';
import { completionCommand } from './completion/command.ts';
import { distributeCommand } from './distribute/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { generateCommand } from './generate/command.ts';
import { infoCommand } from './info/command.ts';
import { initCommand } from './init/command.ts';
import { maintainCommand } from './maintain/command.ts';

/** The commands of `tenantry` itself, by name. The configuration adds those of features. */
export const ownCommands: Commands = {
  init: initCommand,
  generate: generateCommand,
  adopt: adoptCommand,
  distribute: distributeCommand,
  doctor: doctorCommand,
  maintain: maintainCommand,
  info: infoCommand,
  completion: completionCommand,
};
