/**
 * How words end. `open`: more must come, or the speaker asks for time. `complete`: it could be all. `unclear`: as far as
 * words tell, both.
 */
export type Ending = "open" | "complete" | "unclear";
