/**
 * Where the numbers of frames begin: each process has an epoch, higher than that of every earlier one on the same
 * store, and a frame's `seq` is that epoch and an offset. So no client takes a new frame for one it has seen, whatever
 * the clock says.
 */
import type { Store } from "@/lib/store/store.ts";
import { report } from "@/lib/telemetry/guard.ts";

/** Offsets of one epoch. */
const OFFSETS = 2 ** 32;
/** Epochs whose numbers are all safe integers. */
const EPOCHS = (Number.MAX_SAFE_INTEGER + 1) / OFFSETS;

/**
 * The epoch of a process that starts. Never throws: while the store cannot count, it is a random one of the upper half,
 * which counting reaches after half a million starts.
 */
export async function claimEpoch(store: Store): Promise<number> {
  try {
    return await store.nextEpoch();
  } catch (error) {
    report("count this start in the store, so that frames begin at a random number", error);
    return EPOCHS / 2 + Math.floor(Math.random() * EPOCHS / 2);
  }
}

/** The number that the first frame of an epoch follows. */
export function firstSeq(epoch: number): number {
  return epoch * OFFSETS;
}
