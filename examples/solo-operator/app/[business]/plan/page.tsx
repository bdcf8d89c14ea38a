import { db } from '@/lib/db';
import { payments } from '@/lib/payments';
import { tenantPage } from '@/lib/tenant';
import { isOwner } from '@/src/queries/membership.ts';
import { planAndUsage } from '@/src/queries/plan.ts';
import { Form } from '../../form.tsx';
import { managePlan, orderPlan } from './actions.ts';

export const metadata = { title: 'Plan' };

const labels: Readonly<Record<string, string>> = {
  activeClients: 'Active clients',
  projects: 'Projects',
  invoices: 'Invoices a month',
  vaultItems: 'Vault items',
};
const plans = ['free', 'solo', 'pro'];

type Props = { readonly params: Promise<{ business: string }> };

export default tenantPage(async ({ params }: Props) => {
  const { business } = await params;
  const { plan, isSubscribed, features } = await planAndUsage(db);
  const isOnSale = payments() !== undefined && (await isOwner(db));
  const rows = Object.keys(labels).flatMap((name) =>
    features.filter(({ feature }) => feature === name),
  );
  return (
    <>
      <h1>Plan and usage</h1>
      <section className="card">
        <table>
          <caption>What each plan allows, and what you use of yours</caption>
          <thead>
            <tr>
              <th scope="col">Resource</th>
              <th scope="col">You use</th>
              {plans.map((each) => (
                <th key={each} scope="col" className="number">
                  {each} {each === plan && <span className="tag active">yours</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ feature, used, limit, byPlan }) => (
              <tr key={feature}>
                <th scope="row">{labels[feature]}</th>
                <td>
                  {used}{' '}
                  {limit !== null && (
                    <meter
                      aria-label={`${labels[feature]} used`}
                      max={limit}
                      high={limit * 0.8}
                      value={used ?? 0}
                    />
                  )}
                </td>
                {plans.map((each) => (
                  <td key={each} className="number">
                    {byPlan[each] ?? 'Unlimited'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          {isOnSale && !isSubscribed && (
            <tfoot>
              <tr>
                <th scope="row" colSpan={2}>
                  Order at Stripe
                </th>
                {plans.map((each) => (
                  <td key={each} className="number">
                    {each !== 'free' && (
                      <Form
                        business={business}
                        action={orderPlan}
                        submit={`Order ${each}`}
                        kind="inline"
                      >
                        <input type="hidden" name="plan" value={each} />
                      </Form>
                    )}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      {isOnSale && isSubscribed && (
        <Form business={business} action={managePlan} submit="Manage the subscription" />
      )}
      <p className="soft">
        The plan follows from the subscription at Stripe. A smaller one takes nothing away: what is
        there stays readable, and only new rows are refused.
      </p>
    </>
  );
});
