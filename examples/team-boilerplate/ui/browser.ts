/** The part of a browser that the pages use. They run on the server too, whose program knows no DOM. */
interface Browser {
  readonly location: { reload(): void };
  readonly document: { getElementById(id: string): (Element & { textContent: string }) | null };
  readonly FormData: new (form: HTMLFormElement) => FormData;
  alert(text: string): void;
}

export const browser = globalThis as unknown as Browser;
