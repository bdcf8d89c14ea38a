import {
  type Audience,
  type BaseEnvelope,
  type StageOf,
  type StepOn,
  stageOn,
} from '@tenantry/example-kit/demo';
import { type Person, people } from '../seed.ts';
import type { World } from './world.ts';

/** Who sends a request, and which organization it names in which way. */
export interface Envelope extends BaseEnvelope {
  readonly as?: Person;
  /** The header x-organization. */
  readonly organization?: string;
  /** The Host header, as a browser on a subdomain sends it. */
  readonly host?: string;
  /** A token in place of the person's own. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a step can do: send requests, look behind them, and claim something of what it saw. */
export type Stage = StageOf<World, Envelope>;

/** One promise, shown on the running application. */
export type Step = StepOn<Stage>;

/** Puts the application on stage before an audience. */
export const stageOf = (world: World, audience: Audience): Stage =>
  stageOn(world, audience, { headersOf, describe });

function headersOf({ tokens }: World, { as, organization, host, token, headers }: Envelope) {
  const bearer = token ?? (as && tokens[as]);
  return {
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    ...(organization !== undefined && { 'x-organization': organization }),
    ...(host !== undefined && { host }),
    ...headers,
  };
}

function describe({ as, token, organization, host }: Envelope): string {
  const who = token !== undefined ? 'with a forged token' : as && `as ${people[as].split(' ')[0]}`;
  return [
    who ?? 'as nobody',
    organization !== undefined && `x-organization: ${organization}`,
    host !== undefined && `host: ${host}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
