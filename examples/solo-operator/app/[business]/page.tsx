import { redirect } from 'next/navigation';

export default async function Business({
  params,
}: {
  readonly params: Promise<{ business: string }>;
}) {
  redirect(`/${(await params).business}/clients`);
}
