import { type Answer, type Audience, ClaimFailed, type StepOn } from '@tenantry/example-kit/demo';
import type { Client, Sending } from './client.ts';
import type { World } from './world.ts';

/** What a step can do: send requests as somebody, and claim something of what it saw. */
export interface Stage extends World {
  /** `send('Nora', nora, 'GET /api/projects')` */
  send(who: string, client: Client, what: string, sending?: Sending): Promise<Answer>;
  /** Says that something holds; the step fails here when it does not. */
  claim(holds: boolean, text: string): void;
  /** Tells what was done or seen besides requests. */
  note(text: string): void;
}

export type Step = StepOn<Stage>;

/** Puts the application on stage before an audience. */
export function stageOf(world: World, audience: Audience): Stage {
  return {
    ...world,
    async send(who, client, what, sending = {}) {
      audience.sent(what, `as ${who} · ${sending.host ?? client.host}`, sending.body);
      const answer = await client.send(what, sending);
      audience.answered(answer);
      return answer;
    },
    claim(holds, text) {
      audience.claimed(holds, text);
      if (!holds) throw new ClaimFailed(text);
    },
    note: (text) => audience.noted(text),
  };
}
