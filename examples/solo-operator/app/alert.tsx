import { problemOf, type Refusal } from '../src/problems.ts';

/** A problem with the way out. */
export function Alert({
  refusal,
  business,
}: {
  readonly refusal: Refusal;
  readonly business?: string | undefined;
}) {
  const { title, text, way } = problemOf(refusal);
  return (
    <div role="alert" className="alert" data-code={refusal.code}>
      <strong>{title}.</strong> {text}{' '}
      {way && business !== undefined && <a href={`/${business}/${way.page}`}>{way.label}</a>}
    </div>
  );
}
