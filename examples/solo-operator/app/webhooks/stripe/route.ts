import { after } from 'next/server';
import { payments } from '@/lib/payments';

/** What Stripe sends. The event is stored before it is answered; what it means is asked of Stripe afterwards. */
export async function POST(request: Request): Promise<Response> {
  const runtime = payments();
  if (runtime === undefined) return new Response(null, { status: 404 });
  const response = await runtime.webhook(request);
  if (response.ok) after(() => runtime.runOnce());
  return response;
}
