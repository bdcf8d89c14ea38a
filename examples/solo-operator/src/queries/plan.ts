import { notInArray } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { limits } from '../limits.ts';
import { businesses, planFeatures, subscriptions } from '../schema/index.ts';

const ended = ['canceled', 'incomplete_expired'];

/**
 * The plan of the current business, whether it pays for it, what is used, and what each plan allows. null is no
 * limit. What is on sale is a row of the database: operators may have changed it.
 */
export async function planAndUsage(db: Database['db']) {
  const [[business], usage, onSale, paid] = await db.$client.batch(() => [
    db.select({ plan: businesses.plan }).from(businesses),
    limits.usage(db),
    db.select().from(planFeatures),
    db
      .select({ id: subscriptions.id })
      .from(subscriptions)
      .where(notInArray(subscriptions.status, ended)),
  ]);
  const features = usage.map(({ feature, used, limit, resetsAt }) => ({
    feature,
    used,
    limit,
    resetsAt,
    byPlan: Object.fromEntries(
      onSale.filter((row) => row.feature === feature).map((row) => [row.plan, row.limitValue]),
    ),
  }));
  return { plan: business?.plan, isSubscribed: paid.length > 0, features };
}
