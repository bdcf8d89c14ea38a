'use client';

import { type ReactNode, useActionState } from 'react';
import type { FormState } from '../lib/form-action.ts';
import { Alert } from './alert.tsx';

interface Props {
  readonly business: string;
  readonly action: (state: FormState, form: FormData) => Promise<FormState>;
  readonly submit: string;
  /** What the button does, where its text does not say it. Default: its text. */
  readonly label?: string;
  readonly children?: ReactNode;
  /** How it looks. Default: 'stacked'. */
  readonly kind?: 'stacked' | 'inline';
}

/** A form of a business, which tells beside itself why it was refused. It works without JavaScript. */
export function Form({ business, action, submit, label, children, kind = 'stacked' }: Props) {
  const [state, send, isPending] = useActionState(action, {});
  return (
    <form action={send} className={kind}>
      <input type="hidden" name="business" value={business} />
      {children}
      {state.refusal && <Alert refusal={state.refusal} business={business} />}
      {state.secret !== undefined && <output>{state.secret}</output>}
      <button type="submit" disabled={isPending} aria-label={label}>
        {submit}
      </button>
    </form>
  );
}
