import { listProjects } from '@/lib/db';

export const generateStaticParams = listProjects;

export default async function Page({ params }: PageProps<'/named/[name]'>) {
  return <p>{(await params).name}</p>;
}
