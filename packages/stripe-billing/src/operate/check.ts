/** One line of the checklist. */
export interface BillingCheck {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly fix?: string;
}

interface Line {
  readonly name: string;
  /** What is wrong; nothing where it is fine. */
  readonly wrong: readonly string[];
  /** What is said where it is fine. */
  readonly fine: string;
  readonly fix: string;
  /** What stands before the list of what is wrong. Default: 'not '. */
  readonly says?: string;
  /** What it is where something is wrong. Default: 'failed'. */
  readonly state?: 'warning' | 'failed';
}

/** A line that names everything that is wrong. */
export const listed = ({
  name,
  wrong,
  fine,
  fix,
  says = 'not ',
  state = 'failed',
}: Line): BillingCheck => ({
  name,
  state: wrong.length === 0 ? 'ok' : state,
  found: wrong.length === 0 ? fine : `${says}${wrong.join(', ')}`,
  fix,
});
