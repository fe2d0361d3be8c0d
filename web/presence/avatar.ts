/** A character to put on the stage. */
export interface Avatar {
  name: string;
  /** Address of the model's entry file. */
  entry: string;
  /** How fast the model's own time runs: 1, the default, is real time. */
  timeScale?: number;
  /** Names of the model's expressions for feelings, where those that are found by themselves are not wanted. */
  emotions?: Readonly<Record<string, string>>;
}
