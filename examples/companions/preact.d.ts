// What the types of Auth.js need of preact, whose own would bring the DOM into every file of the repository.
export declare namespace JSX {
  type Element = unknown;
  type IntrinsicElements = Record<string, unknown>;
}
