import {
  type Audience,
  type BaseEnvelope,
  type StageOf,
  type StepOn,
  stageOn,
} from '@tenantry/example-kit/demo';
import type { World } from './world.ts';

/** Who sends a request, and which tenant it names in which way. */
export interface Envelope extends BaseEnvelope {
  /** A person of a customer, `northwind/tom`. The header x-tenant names that customer. */
  readonly as?: string;
  /** The header x-tenant, in place of the person's own customer; null for none. */
  readonly tenant?: string | null;
  /** The Host header, as a browser on a subdomain sends it. */
  readonly host?: string;
  /** A token in place of the person's own. */
  readonly token?: string;
}

/** What a step can do: send requests, look behind them, and claim something of what it saw. */
export type Stage = StageOf<World, Envelope>;

/** One promise, shown on the running application. */
export type Step = StepOn<Stage>;

/** Puts the application on stage before an audience. */
export const stageOf = (world: World, audience: Audience): Stage =>
  stageOn(world, audience, { headersOf, describe });

const tenantOf = ({ as, tenant = as?.split('/')[0] }: Envelope) => tenant ?? undefined;

function headersOf({ tokenOf }: World, envelope: Envelope): Record<string, string> {
  const { as, host, token = as && tokenOf(as) } = envelope;
  const tenant = tenantOf(envelope);
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(tenant !== undefined && { 'x-tenant': tenant }),
    ...(host !== undefined && { host }),
  };
}

function describe(envelope: Envelope): string {
  const { as, host, token } = envelope;
  const tenant = tenantOf(envelope);
  return [
    token === undefined ? `as ${as ?? 'nobody'}` : 'with a forged token',
    tenant !== undefined && `x-tenant: ${tenant}`,
    host !== undefined && `host: ${host}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
