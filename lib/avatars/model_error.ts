/** What can be wrong with a model. The page may choose its words by these. */
export type ProblemKind =
  /** No model of this name is known. */
  | "unknown_model"
  /** The folder, zip, package or file is not where it is looked for. */
  | "not_found"
  /** It could not be fetched or read. */
  | "unreadable"
  /** The zip is damaged, encrypted, or holds too many files. */
  | "bad_zip"
  /** A file, or all that is read of a model, is beyond the limits. */
  | "too_big"
  /** A path leads out of the model's folder. */
  | "unsafe_path"
  /** There is no .model3.json or .model.json, or it is not one. */
  | "bad_entry"
  /** There are several models in it. */
  | "several_models"
  /** A file that the model needs is not there. */
  | "missing_file"
  /** A file is there but is not what it should be. */
  | "bad_file"
  /** The Core that would draw it does not know its format yet. */
  | "too_new";

export interface Problem {
  kind: ProblemKind;
  /** One sentence, without a full stop. */
  message: string;
  /** The file, relative to the model's entry file. */
  path?: string;
}

/** A model, or a Core, that cannot be brought. The message is all problems, one on each line. */
export class ModelError extends Error {
  override name = "ModelError";
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems.map((problem) => problem.message).join("\n"), options);
    this.problems = problems;
  }

  /** Whether the model is not there at all, rather than there and broken. */
  get absent(): boolean {
    return this.problems.some(({ kind }) => kind === "unknown_model" || kind === "not_found" || kind === "unreadable");
  }
}

/** There are several models, and it is not clear which one is meant. */
export class ModelChoiceError extends ModelError {
  override name = "ModelChoiceError";

  /** @param entries the entry file of each, by which it is chosen */
  constructor(label: string, readonly entries: readonly string[]) {
    const message = `there are ${entries.length} models in ${label}: choose one by its entry file`;
    super([{ kind: "several_models", message }]);
  }
}

/** Something the user should know of a model that works all the same. */
export type Warning = Problem;
