import { Session } from '../wire/session.ts';
import { Residue } from './residue.ts';

/** A connection that scopes use one after the other, and what they may have left on it. */
export class PooledSession extends Session {
  /** It has sent a statement that is not on the list of allowed ones, so no other scope may use it. */
  spent = false;
  /** The state that earlier scopes may have left on it. */
  readonly residue = new Residue();

  override get done(): boolean {
    return this.spent || super.done;
  }
}
