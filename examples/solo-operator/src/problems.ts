/** Why a form was refused. */
export interface Refusal {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A problem for people: what it is, what to do, and where. */
export interface Problem {
  readonly title: string;
  readonly text: string;
  /** A page of the business where it is solved. */
  readonly way?: { readonly label: string; readonly page: string };
}

const names: Readonly<Record<string, string>> = {
  activeClients: 'active clients',
  projects: 'projects',
  invoices: 'invoices this month',
  vaultItems: 'vault items',
};

const plans = { label: 'Compare the plans', page: 'plan' };

/** Says a code of Tenantry, or of this application, to people. */
export function problemOf({ code, details }: Refusal): Problem {
  switch (code) {
    case 'LIMIT_REACHED': {
      const { feature, limit, used, plan } = details;
      const what = names[String(feature)] ?? 'of these';
      return {
        title: 'Your plan has no room for more',
        text:
          limit === undefined
            ? 'Free some of what is used, or move to a larger plan.'
            : `The plan ${plan} allows ${limit} ${what}, and ${used} are used. Free one, or move to a larger plan.`,
        way: plans,
      };
    }
    case 'REQUEST_INVALID':
      return { title: 'Something does not fit', text: issuesOf(details.issues) };
    case 'MONEY_INVALID':
      return {
        title: 'An amount does not fit',
        text: `Write digits, with at most ${details.decimals} decimals for ${details.currency}.`,
      };
    case 'INVOICE_CLOSED':
      return { title: 'What was sent stays as it is', text: 'Only its status changes.' };
    case 'VAULT_SECRET_INVALID':
      return { title: 'This secret cannot be kept', text: 'Enter 1 to 8000 characters.' };
    case 'VAULT_UNREADABLE':
      return {
        title: 'This secret does not decrypt',
        text: 'Its row was changed by other means than this application. The attempt is in the audit log.',
      };
    case 'ROW_EXISTS':
      return { title: 'There is one already', text: 'Choose another name.' };
    case 'REFERENCE_CONFLICT':
      return { title: 'It is still needed', text: 'Remove what belongs to it first.' };
    case 'ROW_FORBIDDEN':
      return { title: 'This is not yours to change', text: 'Nothing was changed.' };
    case 'OWNER_NEEDED':
      return { title: 'Only an owner may do this', text: 'Ask an owner of the business.' };
    case 'BILLING_SUBSCRIPTION_EXISTS':
      return {
        title: 'There is a subscription already',
        text: 'Change its plan at Stripe, by "Manage the subscription".',
        way: { label: 'Plan and usage', page: 'plan' },
      };
    case 'STRIPE_UNAVAILABLE':
    case 'STRIPE_REFUSED':
      return { title: 'Stripe does not answer', text: 'Nothing was ordered. Try again later.' };
    case 'POOL_UNAVAILABLE':
      return { title: 'The database does not answer', text: 'Try again in a moment.' };
    default:
      return { title: 'Something is wrong', text: `Nothing was changed. (${code})` };
  }
}

function issuesOf(issues: unknown): string {
  if (!Array.isArray(issues)) return 'Look at the fields again.';
  return issues.map(({ at, message }) => `${at}: ${message}.`).join(' ');
}
