import { Board } from './Board.tsx';
import { RbacProvider } from './guards.ts';
import type { PageState } from './state.ts';
import { Welcome } from './Welcome.tsx';

/** The page of a state, the same on the server and in the browser. */
export function Page({ state }: { readonly state: PageState }) {
  if (state.page === 'welcome') return <Welcome {...state} />;
  return (
    <RbacProvider snapshot={state.snapshot}>
      <Board {...state} />
    </RbacProvider>
  );
}
